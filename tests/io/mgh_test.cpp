#include <gtest/gtest.h>

#include "base/error.h"
#include "io/gzip.h"
#include "io/image_file.h"
#include "support/support.h"

namespace brainmvp::io {
namespace {

constexpr const char* kWriteMgh = R"(
import sys, nibabel as nib, numpy as np
affine = np.array([[-0.8, 0.9, 0, 12.5], [0.6, 1.2, 0, -20.25], [0, 0, 2, 3], [0, 0, 0, 1.]])
for i, kind in enumerate([np.uint8, np.int16, np.int32, np.float32]):
    data = (np.arange(120).reshape(2, 3, 4, 5, order='F') * (1 if kind is np.uint8 else -3)).astype(kind)
    nib.save(nib.MGHImage(data, affine), f'{sys.argv[1]}/{i}.mgh')
    nib.save(nib.MGHImage(data, affine), f'{sys.argv[1]}/{i}.mgz')
)";

class Mgh : public ::testing::Test {
protected:
  void SetUp() override {
    const test::ProcessResult result = test::run_python(kWriteMgh, {folder_.path().string()});
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }
  test::TemporaryFolder folder_;
};

TEST_F(Mgh, ReadsWhatNibabelWrites) {
  const image::Affine affine{.matrix = {{{-0.8, 0.9, 0}, {0.6, 1.2, 0}, {0, 0, 2}}}, .translation = {12.5, -20.25, 3}};
  const std::vector<std::string> types{"uint8", "int16", "int32", "float32"};
  for (std::size_t i = 0; i < types.size(); ++i) {
    for (const char* extension : {".mgh", ".mgz"}) {
      const ImageFile file = read_image(folder_ / (std::to_string(i) + extension));
      EXPECT_EQ(file.header.format, "MGH");
      EXPECT_EQ(file.header.data_type, types[i]);
      EXPECT_EQ(file.header.size, (image::Size{2, 3, 4}));
      ASSERT_EQ(file.channels.size(), 5U);
      EXPECT_EQ(file.channels[4].data.at(23), i == 0 ? 119.0F : -357.0F);
      EXPECT_LT(image::corner_distance_mm(file.header.affine, affine, file.header.size), 1e-5);
      EXPECT_TRUE(file.header.warnings.empty()) << file.header.warnings.front();
    }
  }
}

TEST_F(Mgh, WithoutOrientationItIsCoronalAndWarned) {
  std::string bytes = test::read_text(folder_ / "0.mgh");
  bytes[29] = 0; // goodRASFlag
  test::write_text(folder_ / "flag.mgh", bytes);
  const ImageHeader header = read_header(folder_ / "flag.mgh");
  EXPECT_EQ(image::axis_codes(header.affine), "LIA");
  EXPECT_NE(header.warnings.at(0).find("left and right are unknown"), std::string::npos);
}

TEST_F(Mgh, TagsAfterTheVoxelsAreUsual) {
  const std::string bytes = test::read_text(folder_ / "3.mgh") + std::string(5000, 't');
  test::write_text(folder_ / "tags.mgz", gzip(std::as_bytes(std::span(bytes))));
  EXPECT_TRUE(read_image(folder_ / "tags.mgz").header.warnings.empty());
}

TEST_F(Mgh, RefusesCutFilesAndUnknownTypes) {
  const std::string bytes = test::read_text(folder_ / "3.mgh");
  for (const std::size_t length : {std::size_t{3}, std::size_t{200}, std::size_t{284}, std::size_t{700}}) {
    test::write_text(folder_ / "cut.mgh", bytes.substr(0, length));
    EXPECT_THROW((void)read_image(folder_ / "cut.mgh"), Error) << length;
  }
  std::string type = bytes;
  type[23] = 5;
  test::write_text(folder_ / "type.mgh", type);
  EXPECT_THROW((void)read_image(folder_ / "type.mgh"), Error);
  std::string negative = bytes;
  negative[4] = static_cast<char>(0xff);
  test::write_text(folder_ / "negative.mgh", negative);
  EXPECT_THROW((void)read_image(folder_ / "negative.mgh"), Error);
}

} // namespace
} // namespace brainmvp::io
