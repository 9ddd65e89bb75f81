#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <sstream>

#include "base/error.h"
#include "base/random.h"
#include "io/gzip.h"
#include "io/image_file.h"
#include "support/support.h"

namespace brainmvp::io {
namespace {

using image::Affine;
using image::Volume;

// Left-handed, oblique, anisotropic, all in numbers that single precision holds well.
Affine oblique() { return {.matrix = {{{-0.8, 0.9, 0}, {0.6, 1.2, 0}, {0, 0, 2}}}, .translation = {12.5, -20.25, 3}}; }

Volume sample(const Affine& affine) {
  Volume volume{.size = {5, 4, 3}, .affine = affine, .data = test::fill("nifti", 60)};
  for (float& value : volume.data) {
    value *= 1000;
  }
  return volume;
}

std::string message_of(const std::filesystem::path& path) {
  try {
    (void)read_image(path);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    return error.message();
  }
}

template <class T>
void patch(std::string& bytes, std::size_t offset, T value) {
  std::memcpy(bytes.data() + offset, &value, sizeof(T));
}

// A valid file as bytes, for tests that damage it.
std::string valid_file(const test::TemporaryFolder& folder) {
  write_nifti(folder / "valid.nii", sample(Affine{}), {.type = StoredType::kInt16});
  return test::read_text(folder / "valid.nii");
}

TEST(WriteNifti, RoundTripKeepsGridCodesAndValuesBitForBit) {
  const test::TemporaryFolder folder;
  for (const char* name : {"a.nii", "a.nii.gz"}) {
    const Volume volume = sample(oblique());
    write_nifti(folder / name, volume, {.sform_code = 4, .qform_code = 2});
    const ImageFile file = read_image(folder / name);
    EXPECT_EQ(file.channels.at(0).data, volume.data);
    EXPECT_EQ(file.header.size, volume.size);
    EXPECT_LT(image::corner_distance_mm(file.header.affine, volume.affine, volume.size), 1e-5);
    EXPECT_EQ(file.header.sform_code, 4);
    EXPECT_EQ(file.header.qform_code, 2);
    EXPECT_TRUE(file.header.warnings.empty()) << file.header.warnings.front();
  }
}

TEST(WriteNifti, QformAloneGivesTheSameAffine) {
  const test::TemporaryFolder folder;
  for (unsigned signs = 0; signs < 8; ++signs) { // rotations by half turns have a = 0 and other pivots
    Affine affine = oblique();
    for (std::size_t column = 0; column < 3; ++column) {
      for (auto& row : affine.matrix) {
        row[column] *= ((signs >> column) & 1U) != 0 ? -1 : 1;
      }
    }
    write_nifti(folder / "q.nii", sample(affine), {.sform_code = 0, .qform_code = 1});
    const ImageHeader header = read_header(folder / "q.nii");
    EXPECT_EQ(header.affine_source, "qform");
    EXPECT_LT(image::corner_distance_mm(header.affine, affine, {100, 100, 100}), 1e-4) << signs;
  }
}

TEST(WriteNifti, ShearedAffineGoesToTheSformOnly) {
  const test::TemporaryFolder folder;
  Affine sheared;
  sheared.matrix[0][1] = 0.25;
  write_nifti(folder / "s.nii", sample(sheared), {});
  const ImageHeader header = read_header(folder / "s.nii");
  EXPECT_EQ(header.qform_code, 0);
  EXPECT_EQ(header.affine, sheared);
}

TEST(WriteNifti, ScaledIntegersRoundAndClamp) {
  const test::TemporaryFolder folder;
  const Volume volume{.size = {5, 1, 1}, .affine = Affine{}, .data = {0, 0.5, 1, 2, -2}};
  write_nifti(folder / "s.nii", volume, {.type = StoredType::kInt16, .slope = 1.0 / 32767});
  const ImageFile file = read_image(folder / "s.nii");
  EXPECT_EQ(file.header.data_type, "int16");
  EXPECT_EQ(file.channels.at(0).data.at(0), 0.0F);
  EXPECT_NEAR(file.channels.at(0).data.at(1), 0.5, 1.6e-5);
  EXPECT_FLOAT_EQ(file.channels.at(0).data.at(2), 1);
  EXPECT_FLOAT_EQ(file.channels.at(0).data.at(3), 1); // clamped
  EXPECT_NEAR(file.channels.at(0).data.at(4), -32768.0 / 32767, 1e-6);
}

TEST(WriteNifti, LabelsOfEveryType) {
  const test::TemporaryFolder folder;
  const image::LabelVolume labels{.size = {4, 1, 1}, .affine = Affine{}, .data = {0, 1, 4, 255}};
  for (const StoredType type : {StoredType::kUint8, StoredType::kInt16, StoredType::kInt32, StoredType::kFloat32}) {
    write_nifti(folder / "l.nii.gz", labels, {.type = type});
    EXPECT_EQ(read_label(folder / "l.nii.gz").volume.data, labels.data);
  }
}

TEST(WriteNifti, NibabelReadsTheSame) {
  const test::TemporaryFolder folder;
  write_nifti(folder / "a.nii.gz", sample(oblique()), {.sform_code = 4, .qform_code = 2});
  const std::string script = R"(
import sys, struct, nibabel as nib, numpy as np
image = nib.load(sys.argv[1])
a = image.affine
expected = np.array([[-0.8, 0.9, 0, 12.5], [0.6, 1.2, 0, -20.25], [0, 0, 2, 3], [0, 0, 0, 1]])
assert np.abs(a - expected).max() < 1e-6, a
assert np.abs(image.get_qform() - expected).max() < 1e-5, image.get_qform()
assert (image.header['sform_code'], image.header['qform_code']) == (4, 2)
assert image.header.get_xyzt_units()[0] == 'mm'
data = np.asarray(image.dataobj)
assert data.dtype == np.float32 and data.shape == (5, 4, 3)
sys.stdout.write(' '.join(repr(float(v)) for v in data.ravel(order='F')))
)";
  const test::ProcessResult result = test::run_python(script, {(folder / "a.nii.gz").string()});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::istringstream values(result.out);
  for (const float expected : sample(oblique()).data) {
    double value = 0;
    values >> value;
    EXPECT_EQ(static_cast<float>(value), expected);
  }
}

TEST(WriteNifti, FailsCleanlyWhereItCannotWrite) {
  const test::TemporaryFolder folder;
  try {
    write_nifti(folder / "absent" / "a.nii", sample(Affine{}), {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kOutput);
  }
}

TEST(ReadNifti, HdrImgPairsByEitherName) {
  const test::TemporaryFolder folder;
  const std::string script = R"(
import sys, nibabel as nib, numpy as np
data = np.arange(24, dtype='>i2').reshape(2, 3, 4, order='F')
nib.save(nib.Nifti1Pair(data, np.diag([2., 3, 4, 1])), sys.argv[1])
)";
  ASSERT_EQ(test::run_python(script, {(folder / "p.hdr").string()}).exit_code, 0);
  for (const char* name : {"p.hdr", "p.img"}) {
    const ImageFile file = read_image(folder / name);
    EXPECT_EQ(file.header.size, (image::Size{2, 3, 4}));
    EXPECT_EQ(file.channels.at(0).data.at(23), 23.0F);
  }
  std::filesystem::remove(folder / "p.img");
  EXPECT_NE(message_of(folder / "p.hdr").find("p.img: does not exist"), std::string::npos);
}

TEST(ReadNifti, RefusesVoxelTypesByName) {
  const test::TemporaryFolder folder;
  std::string bytes = valid_file(folder);
  const std::vector<std::pair<int, std::string>> types{{128, "RGB24"},     {2304, "RGBA32"},
                                                       {32, "complex64"},  {1792, "complex128"},
                                                       {1536, "float128"}, {77, "unknown data type code 77"}};
  for (const auto& [code, word] : types) {
    patch(bytes, 70, static_cast<std::int16_t>(code));
    test::write_text(folder / "t.nii", bytes);
    EXPECT_NE(message_of(folder / "t.nii").find(word), std::string::npos) << message_of(folder / "t.nii");
  }
}

TEST(ReadNifti, HeadersThatLieAreRefusedWithoutLargeAllocations) {
  const test::TemporaryFolder folder;
  const std::string valid = valid_file(folder);
  const auto damaged = [&](const char* what, auto change) {
    std::string bytes = valid;
    change(bytes);
    test::write_text(folder / "d.nii", bytes);
    EXPECT_NE(message_of(folder / "d.nii"), "") << what;
  };
  damaged("no axes", [](std::string& b) { patch(b, 40, std::int16_t{0}); });
  damaged("too many axes", [](std::string& b) { patch(b, 40, std::int16_t{8}); });
  damaged("zero voxels", [](std::string& b) { patch(b, 42, std::int16_t{0}); });
  damaged("terabytes", [](std::string& b) {
    for (std::size_t axis = 0; axis < 8; ++axis) {
      patch(b, 40 + 2 * axis, std::int16_t{axis == 0 ? std::int16_t{7} : std::int16_t{32767}});
    }
  });
  damaged("offset inside the header", [](std::string& b) { patch(b, 108, 100.0F); });
  damaged("offset beyond the end", [](std::string& b) { patch(b, 108, 1e9F); });
  damaged("offset NaN", [](std::string& b) { patch(b, 108, std::numeric_limits<float>::quiet_NaN()); });
  damaged("offset fractional", [](std::string& b) { patch(b, 108, 352.5F); });
  damaged("intercept NaN", [](std::string& b) { patch(b, 116, std::numeric_limits<float>::quiet_NaN()); });
  damaged("one byte short", [](std::string& b) { b.resize(b.size() - 1); });
  for (std::size_t length = 0; length < 400; length += 7) {
    damaged("cut", [length](std::string& b) { b.resize(length); });
  }
}

TEST(ReadNifti, RandomDamageIsReadOrRefusedButNeverCrashes) {
  const test::TemporaryFolder folder;
  const std::string plain = valid_file(folder);
  const std::string zipped = gzip(std::as_bytes(std::span(plain)));
  RandomStream random({7, text_key("damage")});
  std::size_t refused = 0;
  for (int round = 0; round < 600; ++round) {
    std::string bytes = round % 3 == 0 ? zipped : plain;
    for (std::uint64_t flips = 1 + random.below(6); flips > 0; --flips) {
      bytes[random.below(std::min<std::size_t>(bytes.size(), 352))] = static_cast<char>(random.below(256));
    }
    test::write_text(folder / "d.nii", bytes);
    refused += message_of(folder / "d.nii").empty() ? 0 : 1;
  }
  EXPECT_GT(refused, 100U);
}

TEST(ReadNifti, TrueMetresAreConverted) {
  const test::TemporaryFolder folder;
  Volume volume{.size = {100, 100, 100}, .affine = Affine{}, .data = std::vector<float>(1000000)};
  volume.data.front() = 1;
  volume.affine.matrix = {{{0.002, 0, 0}, {0, 0.002, 0}, {0, 0, 0.002}}};
  write_nifti(folder / "m.nii", volume, {.type = StoredType::kUint8});
  std::string bytes = test::read_text(folder / "m.nii");
  patch(bytes, 123, std::uint8_t{1});
  test::write_text(folder / "m.nii", bytes);
  const ImageHeader header = read_header(folder / "m.nii");
  EXPECT_NEAR(header.affine.spacing_mm()[0], 2, 1e-6);
  EXPECT_NE(header.warnings.at(0).find("converted to mm"), std::string::npos);
}

TEST(ReadLabel, ToleratesRoundingButNotFractions) {
  const test::TemporaryFolder folder;
  const Volume close{.size = {3, 1, 1}, .affine = Affine{}, .data = {0.9995F, 2.0004F, -0.0005F}};
  write_nifti(folder / "close.nii", close, {});
  EXPECT_EQ(read_label(folder / "close.nii").volume.data, (std::vector<std::int32_t>{1, 2, 0}));
  const Volume far{.size = {5, 1, 1}, .affine = Affine{}, .data = {1, 0.25F, 0.25F, 0.5F, 5e9F}};
  write_nifti(folder / "far.nii", far, {});
  try {
    (void)read_label(folder / "far.nii");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("4 of 5 voxels are not (such as 0.25, 0.5, 5"), std::string::npos) << error.message();
  }
}

TEST(ImageName, KnowsTheExtensions) {
  EXPECT_TRUE(has_image_extension("a/b_t1.nii.gz"));
  EXPECT_TRUE(has_image_extension("UPPER.NII.GZ"));
  EXPECT_TRUE(has_image_extension("x.mgz"));
  EXPECT_TRUE(has_image_extension("x.mhd"));
  EXPECT_FALSE(has_image_extension("._base_t1.nii.gz"));
  EXPECT_FALSE(has_image_extension("notes.txt"));
  EXPECT_FALSE(has_image_extension(".nii.gz"));
  EXPECT_EQ(image_stem("a/b_t1.nii.gz"), "b_t1");
  EXPECT_EQ(image_stem("T1 图像.NII.GZ"), "T1 图像");
  EXPECT_EQ(image_stem("a/b.c"), "b.c");
}

} // namespace
} // namespace brainmvp::io
