// NRRD and MetaImage: files composed here after the formats' descriptions.
#include <gtest/gtest.h>
#include <zlib.h>

#include "base/error.h"
#include "io/gzip.h"
#include "io/image_file.h"
#include "support/support.h"

namespace brainmvp::io {
namespace {

// 2 x 3 x 4 voxels 0, 1, ... as little-endian int16, `copies` times.
std::string voxels(int count = 24) {
  std::string bytes;
  for (int value = 0; value < count; ++value) {
    bytes += static_cast<char>(value & 255);
    bytes += static_cast<char>(value >> 8);
  }
  return bytes;
}

std::string zipped(const std::string& text) { return gzip(std::as_bytes(std::span(text))); }

std::string zlib_stream(const std::string& text) {
  std::string out(compressBound(text.size()), '\0');
  uLongf size = out.size();
  compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(text.data()), text.size());
  out.resize(size);
  return out;
}

std::string nrrd(const std::string& space, const std::string& encoding, const std::string& extra = "") {
  return "NRRD0004\ntype: short\ndimension: 3\nspace: " + space +
         "\nsizes: 2 3 4\nspace directions: (2,0,0) (0,3,0) (0,0,4)\nendian: little\nencoding: " + encoding +
         "\nspace origin: (10,20,30)\n" + extra + "\n";
}

constexpr const char* kMeta = "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
                              "TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 10 20 30\nElementSpacing = 2 3 4\nDimSize = 2 3 4\n"
                              "ElementType = MET_SHORT\n";

void expect_volume(const ImageFile& file, const image::Affine& affine) {
  EXPECT_EQ(file.header.size, (image::Size{2, 3, 4}));
  EXPECT_EQ(file.header.data_type, "int16");
  ASSERT_EQ(file.channels.size(), 1U);
  for (std::size_t at = 0; at < 24; ++at) {
    EXPECT_EQ(file.channels[0].data.at(at), static_cast<float>(at));
  }
  EXPECT_LT(image::corner_distance_mm(file.header.affine, affine, file.header.size), 1e-9);
}

const image::Affine kFromLps{.matrix = {{{-2, 0, 0}, {0, -3, 0}, {0, 0, 4}}}, .translation = {-10, -20, 30}};
const image::Affine kFromRas{.matrix = {{{2, 0, 0}, {0, 3, 0}, {0, 0, 4}}}, .translation = {10, 20, 30}};

TEST(Nrrd, ReadsRawAndGzipInLpsAndRas) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "a.nrrd", nrrd("left-posterior-superior", "raw") + voxels());
  test::write_text(folder / "b.nrrd", nrrd("right-anterior-superior", "gzip") + zipped(voxels()));
  expect_volume(read_image(folder / "a.nrrd"), kFromLps);
  expect_volume(read_image(folder / "b.nrrd"), kFromRas);
  EXPECT_EQ(read_header(folder / "b.nrrd").format, "NRRD");
}

TEST(Nrrd, ReadsADetachedHeader) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "c.nhdr", nrrd("left-posterior-superior", "raw", "data file: c.raw\n"));
  test::write_text(folder / "c.raw", voxels());
  expect_volume(read_image(folder / "c.nhdr"), kFromLps);
  std::filesystem::remove(folder / "c.raw");
  EXPECT_THROW((void)read_image(folder / "c.nhdr"), Error);
}

TEST(Nrrd, RefusesCutAndDamagedFiles) {
  const test::TemporaryFolder folder;
  const std::string whole = nrrd("left-posterior-superior", "raw") + voxels();
  for (const std::size_t length : {std::size_t{20}, std::size_t{120}, whole.size() - 2}) {
    test::write_text(folder / "cut.nrrd", whole.substr(0, length));
    EXPECT_THROW((void)read_image(folder / "cut.nrrd"), Error) << length;
  }
  std::string packed = zipped(voxels());
  packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 4); // its CRC
  test::write_text(folder / "half.nrrd", nrrd("left-posterior-superior", "gzip") + zipped(voxels()).substr(0, 40));
  EXPECT_THROW((void)read_image(folder / "half.nrrd"), Error);
  test::write_text(folder / "crc.nrrd", nrrd("left-posterior-superior", "gzip") + packed);
  EXPECT_THROW((void)read_image(folder / "crc.nrrd"), Error);
}

TEST(Nrrd, RefusesDimensionsThatTheFileCannotHold) {
  const test::TemporaryFolder folder;
  std::string header = nrrd("left-posterior-superior", "raw");
  header.replace(header.find("2 3 4"), 5, "20000 30000 40000");
  test::write_text(folder / "big.nrrd", header + voxels());
  EXPECT_THROW((void)read_image(folder / "big.nrrd"), Error);
}

TEST(MetaImage, ReadsLocalAndDetachedDataOfBothByteOrders) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "a.mha", std::string(kMeta) + "ElementDataFile = LOCAL\n" + voxels());
  expect_volume(read_image(folder / "a.mha"), kFromLps);
  test::write_text(folder / "b.mhd", std::string(kMeta) + "ElementDataFile = b.raw\n");
  test::write_text(folder / "b.raw", voxels());
  expect_volume(read_image(folder / "b.mhd"), kFromLps);
  EXPECT_EQ(read_header(folder / "b.mhd").format, "MetaImage");
  std::string msb = kMeta;
  msb.replace(msb.find("MSB = False"), 11, "MSB = True");
  std::string big = voxels();
  for (std::size_t at = 0; at < big.size(); at += 2) {
    std::swap(big[at], big[at + 1]);
  }
  test::write_text(folder / "c.mhd", msb + "HeaderSize = -1\nElementDataFile = c.raw\n");
  test::write_text(folder / "c.raw", "front" + big);
  expect_volume(read_image(folder / "c.mhd"), kFromLps);
}

TEST(MetaImage, ComponentsBecomeChannels) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "v.mha", std::string(kMeta) + "ElementNumberOfChannels = 2\nElementDataFile = LOCAL\n" + voxels(48));
  const ImageFile file = read_image(folder / "v.mha");
  ASSERT_EQ(file.channels.size(), 2U);
  EXPECT_EQ(file.channels[0].data.at(5), 10.0F);
  EXPECT_EQ(file.channels[1].data.at(5), 11.0F);
}

TEST(MetaImage, ReadsCompressedData) {
  const test::TemporaryFolder folder;
  const std::string header = std::string(kMeta) + "CompressedData = True\nElementDataFile = LOCAL\n";
  const std::string packed = zlib_stream(voxels());
  test::write_text(folder / "z.mha", header + packed);
  expect_volume(read_image(folder / "z.mha"), kFromLps);
  test::write_text(folder / "cut.mha", header + packed.substr(0, packed.size() - 9));
  EXPECT_THROW((void)read_image(folder / "cut.mha"), Error);
  std::string flipped = packed;
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  test::write_text(folder / "flipped.mha", header + flipped);
  EXPECT_THROW((void)read_image(folder / "flipped.mha"), Error);
}

TEST(MetaImage, RefusesCutAndUnreadableData) {
  const test::TemporaryFolder folder;
  const auto message = [&](const std::string& text) {
    test::write_text(folder / "a.mha", text);
    try {
      (void)read_image(folder / "a.mha");
      return std::string();
    } catch (const Error& error) {
      return error.message();
    }
  };
  const std::string meta = kMeta;
  EXPECT_NE(message(meta + "ElementDataFile = LOCAL\n" + voxels(20)).find("promises 48 bytes of voxels, and 40"),
            std::string::npos);
  EXPECT_NE(message(meta + "ElementDataFile = LIST\na.raw\n").find("several files"), std::string::npos);
  EXPECT_NE(message(meta + "ElementDataFile = gone.raw\n").find("gone.raw: does not exist"), std::string::npos);
  EXPECT_NE(message(meta.substr(0, 40)), "");
}

} // namespace
} // namespace brainmvp::io
