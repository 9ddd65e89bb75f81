#include "io/stored_image.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <span>

#include "base/error.h"
#include "support/support.h"

namespace brainmvp::io {
namespace {

image::Volume noise(const image::Size& size) {
  image::Volume volume{.size = size, .affine = {}, .data = test::fill("stored", size[0] * size[1] * size[2])};
  for (float& value : volume.data) {
    value = std::round(100 * value);
  }
  return volume;
}

TEST(StoredImage, AnyBoxInAnyOrderIsThatOfTheReorderedVolume) {
  const test::TemporaryFolder folder;
  std::array<std::size_t, 3> axes{0, 1, 2};
  do {
    for (unsigned signs = 0; signs < 8; ++signs) {
      image::Volume volume = noise({37, 35, 6});
      volume.affine.matrix = {};
      for (std::size_t axis = 0; axis < 3; ++axis) {
        volume.affine.matrix[axes[axis]][axis] = ((signs >> axis) & 1U) != 0 ? -1 : 1;
      }
      write_nifti(folder / "a.nii", volume, {.type = StoredType::kInt16});
      const StoredImage stored(folder / "a.nii");
      const image::Volume ras = image::to_ras(volume);
      const image::Box box{.begin = {1, 2, 0}, .end = {ras.size[0], ras.size[1] - 1, ras.size[2]}};
      const image::Volume expected = image::crop(ras, box);
      std::vector<float> found(expected.data.size());
      stored.decode(0, image::order_to_ras(volume.affine), box, found);
      ASSERT_EQ(found, expected.data);
    }
  } while (std::ranges::next_permutation(axes).found);
}

TEST(StoredImage, MarginsOfScaledNumbersFollowTheValues) {
  const test::TemporaryFolder folder;
  image::Volume volume{.size = {9, 5, 4}, .affine = {}, .data = std::vector<float>(180, -1)};
  volume.data[volume.index(3, 1, 2)] = 4;
  write_nifti(folder / "a.nii", volume, {.type = StoredType::kInt16, .slope = -0.5}); // stored numbers have the other sign
  const StoredImage stored(folder / "a.nii");
  EXPECT_EQ(stored.positive_margin(0), (image::Size{3, 1, 1}));
  EXPECT_FALSE(stored.all_zero(0));
  std::vector<float> values(180);
  stored.decode(0, values);
  EXPECT_EQ(values, volume.data);
}

TEST(StoredImage, WarnsOfValuesAsReadImageDoes) {
  const test::TemporaryFolder folder;
  image::Volume volume{.size = {3, 2, 2}, .affine = {}, .data = std::vector<float>(12, 0)};
  volume.data[5] = std::nanf("");
  volume.data[6] = HUGE_VALF;
  write_nifti(folder / "a.nii", volume);
  const StoredImage stored(folder / "a.nii");
  EXPECT_TRUE(stored.all_zero(0)); // what is not finite counts as 0
  EXPECT_EQ(stored.positive_margin(0), volume.size);
  EXPECT_EQ(stored.header().warnings, read_image(folder / "a.nii").header.warnings);
  ASSERT_EQ(stored.header().warnings.size(), 2U);
  EXPECT_EQ(stored.header().warnings[0].substr(0, 10), "2 voxels w");
  EXPECT_EQ(stored.header().warnings[1].substr(0, 16), "every voxel is 0");
}

TEST(StoredImage, RefusesABoxThatIsNotInside) {
  const test::TemporaryFolder folder;
  write_nifti(folder / "a.nii", noise({3, 4, 5}));
  const StoredImage stored(folder / "a.nii");
  std::vector<float> out(60);
  EXPECT_THROW(stored.decode(0, {}, {.begin = {0, 0, 1}, .end = {3, 4, 6}}, out), Error);
  EXPECT_THROW(stored.decode(0, {}, {.begin = {0, 0, 1}, .end = {3, 4, 5}}, out), Error);
  EXPECT_THROW(StoredImage(folder / "none.nii"), Error);
}

// The volume's values as numbers of T in memory, whose axes follow each other in the order `axes`.
template <class T>
std::vector<T> laid_out(const image::Volume& volume, const std::array<std::size_t, 3>& axes) {
  std::array<std::size_t, 3> stride{};
  std::size_t step = 1;
  for (const std::size_t axis : axes) {
    stride[axis] = step;
    step *= volume.size[axis];
  }
  std::vector<T> out(volume.data.size());
  for (std::size_t k = 0; k < volume.size[2]; ++k) {
    for (std::size_t j = 0; j < volume.size[1]; ++j) {
      for (std::size_t i = 0; i < volume.size[0]; ++i) {
        out[i * stride[0] + j * stride[1] + k * stride[2]] = static_cast<T>(volume.data[volume.index(i, j, k)]);
      }
    }
  }
  return out;
}

template <class T>
ImageInMemory in_memory(const std::vector<T>& values, const image::Volume& volume, Element element,
                        const std::array<std::size_t, 3>& axes) {
  return {.name = "t1",
          .size = volume.size,
          .affine = volume.affine,
          .element = element,
          .axes = axes,
          .voxels = std::as_bytes(std::span(values))};
}

TEST(ImageInMemory, IsWhatItsFileIsInAnyOrderOfAxes) {
  const test::TemporaryFolder folder;
  image::Volume volume = noise({7, 5, 6});
  volume.affine.matrix = {{{0, 0.3, 1}, {-1.1, 0, 0}, {0, 2, -0.1}}};
  volume.data[volume.index(1, 2, 3)] = 300;
  write_nifti(folder / "a.nii", volume, {.type = StoredType::kInt16});
  const StoredImage file(folder / "a.nii");
  const LabelFile label = read_label(folder / "a.nii");
  std::array<std::size_t, 3> axes{0, 1, 2};
  do {
    const std::vector<std::int16_t> values = laid_out<std::int16_t>(volume, axes);
    const ImageSource source = in_memory(values, volume, Element::kInt16, axes);
    const StoredImage stored(source);
    EXPECT_EQ(stored.header().size, volume.size);
    EXPECT_EQ(stored.header().affine, file.header().affine);
    EXPECT_EQ(stored.header().warnings, file.header().warnings);
    EXPECT_EQ(stored.header().data_type, "int16");
    EXPECT_EQ(stored.positive_margin(0), file.positive_margin(0));
    const image::AxisOrder order = image::order_to_ras(volume.affine);
    const image::Size ras = image::reordered_size(volume.size, order);
    const image::Box box{.begin = {1, 0, 2}, .end = {ras[0], ras[1] - 1, ras[2]}};
    std::vector<float> found(image::voxel_count(box.size()));
    std::vector<float> expected(found.size());
    stored.decode(0, order, box, found);
    file.decode(0, order, box, expected);
    EXPECT_EQ(found, expected);
    EXPECT_EQ(read_image(source).channels.at(0).data, volume.data);
    EXPECT_EQ(read_label(source).volume.data, label.volume.data);
    EXPECT_EQ(read_header(source).affine, file.header().affine);
  } while (std::ranges::next_permutation(axes).found);
}

TEST(ImageInMemory, IsReadWhereItLies) {
  const image::Volume volume = noise({3, 4, 5});
  std::vector<float> values = volume.data;
  const StoredImage stored(in_memory(values, volume, Element::kFloat32, {0, 1, 2}));
  values[7] = 12345;
  std::vector<float> found(values.size());
  stored.decode(0, found);
  EXPECT_EQ(found, values);
}

TEST(ImageInMemory, HasTheFaultsOfFiles) {
  const image::Volume volume = noise({3, 4, 5});
  const ImageInMemory good = in_memory(volume.data, volume, Element::kFloat32, {0, 1, 2});
  const auto message = [&](auto change) {
    ImageInMemory image = good;
    change(image);
    return test::message_of([&] { (void)read_header(image); });
  };
  test::expect_part(message([](ImageInMemory& image) { image.size[1] = 0; }), "t1: dimension 2 is 0");
  test::expect_part(message([](ImageInMemory& image) { image.size[1] = 5000; }), "t1: an axis has 5000 voxels");
  test::expect_part(message([](ImageInMemory& image) { image.affine.matrix[2] = {}; }), "t1: ");
  test::expect_part(message([](ImageInMemory& image) { image.affine.matrix[2][2] = 1e5; }), "t1: its grid is 500 m wide");
  test::expect_part(message([](ImageInMemory& image) { image.voxels = image.voxels.subspan(1); }), "t1: 239 bytes");
}

TEST(EncodeNifti, ClampsRoundsToEvenAndHasNoNan) {
  const image::Volume volume{.size = {7, 1, 1}, .affine = {}, .data = {0.5F, 1.5F, -2.5F, 4e9F, -4e9F, std::nanf(""), HUGE_VALF}};
  const Bytes bytes = encode_nifti(volume, {.type = StoredType::kInt16});
  std::array<std::int16_t, 7> stored{};
  ASSERT_EQ(bytes.size(), 352 + sizeof stored);
  std::memcpy(stored.data(), bytes.data() + 352, sizeof stored);
  EXPECT_EQ(stored, (std::array<std::int16_t, 7>{0, 2, -2, 32767, -32768, 0, 32767}));
}

} // namespace
} // namespace brainmvp::io
