// Headers that are legal but odd, as the field writes them.
#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "base/error.h"
#include "base/text.h"
#include "io/image_file.h"
#include "support/support.h"

namespace brainmvp::io {
namespace {

using image::Volume;

template <class T>
void put_at(std::string& bytes, std::size_t offset, T value) {
  std::memcpy(bytes.data() + offset, &value, sizeof(T));
}

// A file of 40 x 40 x 40 numbers that count up, as bytes that a test changes.
class OddHeader : public ::testing::Test {
protected:
  void SetUp() override {
    Volume volume{.size = {40, 40, 40}, .affine = {}, .data = std::vector<float>(64000)};
    for (std::size_t i = 0; i < volume.data.size(); ++i) {
      volume.data[i] = static_cast<float>(i % 5000);
    }
    values_ = volume.data;
    write_nifti(folder_ / "a.nii", volume, {.type = StoredType::kInt32});
    bytes_ = test::read_text(folder_ / "a.nii");
  }
  ImageFile read() {
    test::write_text(folder_ / "a.nii", bytes_);
    return read_image(folder_ / "a.nii");
  }
  std::string refusal() {
    try {
      (void)read();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kBadInput);
      return error.message();
    }
    return "accepted";
  }

  test::TemporaryFolder folder_;
  std::string bytes_;
  std::vector<float> values_;
};

TEST_F(OddHeader, ExtensionsArePassedOverAndNotCopied) {
  constexpr std::int32_t kExtension = 1024;
  std::string extension(kExtension, 'x');
  put_at(extension, 0, kExtension);
  put_at(extension, 4, std::int32_t{2}); // a DICOM header
  extension.replace(8, 12, "Doe^Jane^Ann");
  bytes_[348] = 1;
  bytes_.insert(352, extension);
  put_at(bytes_, 108, 352.0F + static_cast<float>(kExtension));
  const ImageFile file = read();
  EXPECT_EQ(file.channels.front().data, values_);
  EXPECT_TRUE(file.header.warnings.empty());
  write_nifti(folder_ / "out.nii", file.channels.front(), {.type = StoredType::kInt32});
  EXPECT_EQ(test::read_text(folder_ / "out.nii").find("Doe"), std::string::npos);
}

TEST_F(OddHeader, AnExtensionThatLiesAboutItsLengthHarmsNothing) {
  bytes_[348] = 1;
  std::string extension(16, '\0');
  put_at(extension, 0, std::numeric_limits<std::int32_t>::max());
  bytes_.insert(352, extension);
  put_at(bytes_, 108, 368.0F);
  EXPECT_EQ(read().channels.front().data, values_);
}

TEST_F(OddHeader, FreeTextIsNeitherKeptNorWritten) {
  const std::string secret = "Jane Doe 1970";
  bytes_.replace(4, 10, "JaneDoe197");        // data_type
  bytes_.replace(14, secret.size(), secret);  // db_name
  bytes_.replace(148, secret.size(), secret); // descrip
  bytes_.replace(228, secret.size(), secret); // aux_file
  bytes_.replace(328, secret.size(), secret); // intent_name
  const ImageFile file = read();
  const ImageHeader& header = file.header;
  for (const std::string& text : {header.format, header.affine_source, header.data_type, join(header.warnings, " ")}) {
    EXPECT_EQ(text.find("Jane"), std::string::npos) << text;
  }
  write_nifti(folder_ / "out.nii", file.channels.front());
  EXPECT_EQ(test::read_text(folder_ / "out.nii").find("Jane"), std::string::npos);
}

TEST_F(OddHeader, NanInTheFourthPixdimMeansNothing) {
  for (std::size_t axis : {0U, 4U, 5U, 7U}) {
    put_at(bytes_, 76 + 4 * axis, std::numeric_limits<float>::quiet_NaN());
  }
  const ImageFile file = read();
  EXPECT_EQ(file.channels.front().data, values_);
  EXPECT_TRUE(file.header.warnings.empty()) << join(file.header.warnings, "; ");
}

TEST_F(OddHeader, AConflictOfQformAndSformIsWarnedOfInMillimetres) {
  put_at(bytes_, 268, 150.0F); // qoffset_x
  ImageFile file = read();
  ASSERT_EQ(file.header.warnings.size(), 1U);
  EXPECT_NE(file.header.warnings[0].find("sform and qform disagree by up to 150 mm; the sform was used: check left and right"),
            std::string::npos)
      << file.header.warnings[0];
  EXPECT_EQ(file.header.affine.translation[0], 0);
  put_at(bytes_, 280 + 4, 0.2F); // a shear does not hide it
  file = read();
  EXPECT_NE(join(file.header.warnings, "; ").find("disagree"), std::string::npos);
}

TEST_F(OddHeader, LabelsOfATinySlopeAreRounded) {
  // As nibabel stores floating labels in 32 bits: the largest becomes nearly 2^32.
  for (std::size_t i = 0; i < values_.size(); ++i) {
    put_at(bytes_, 352 + 4 * i, std::uint32_t{i % 2 == 0 ? 0 : 4294966866U});
  }
  put_at(bytes_, 70, std::int16_t{768}); // uint32
  put_at(bytes_, 112, 2.3283064e-10F);
  test::write_text(folder_ / "a.nii", bytes_);
  const LabelFile label = read_label(folder_ / "a.nii");
  EXPECT_EQ(label.volume.data[0], 0);
  EXPECT_EQ(label.volume.data[1], 1);
  EXPECT_NE(read_image(folder_ / "a.nii").channels.front().data[1], 1.0F); // 0.9999999 as an image
}

TEST_F(OddHeader, SurfacesAreNoHeads) {
  Volume surface{.size = {27307, 1, 6}, .affine = {}, .data = std::vector<float>(163842, 1)};
  write_nifti(folder_ / "thickness.nii.gz", surface, {.type = StoredType::kUint8});
  for (const auto& call : {+[](const std::filesystem::path& file) { (void)read_image(file); },
                           +[](const std::filesystem::path& file) { (void)read_header(file); }}) {
    try {
      call(folder_ / "thickness.nii.gz");
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_NE(error.message().find("27307 voxels: surface data"), std::string::npos) << error.message();
    }
  }
}

TEST_F(OddHeader, ManyTimepointsOrVectorsAreChannelsNotHeads) {
  put_at(bytes_, 40, std::int16_t{5}); // 40 x 40 x 20 x 1 x 2: a vector image as ANTs writes it
  put_at(bytes_, 46, std::int16_t{20});
  put_at(bytes_, 50, std::int16_t{2});
  EXPECT_EQ(read().channels.size(), 2U);
  put_at(bytes_, 46, std::int16_t{10});
  put_at(bytes_, 48, std::int16_t{2}); // and two timepoints
  EXPECT_NE(refusal().find("more than one axis beyond the third"), std::string::npos);
}

} // namespace
} // namespace brainmvp::io
