#include "checkpoint/archive_writer.h"

#include <gtest/gtest.h>

#include <string>

#include "checkpoint/archive.h"
#include "support/support.h"

namespace brainmvp::checkpoint {
namespace {

// Two records, one of which is longer than `large`, and whose places are beyond it.
void write_two(const std::filesystem::path& path, std::uint64_t large) {
  const std::string bytes(1000, 'x');
  ArchiveWriter archive(path, path, large);
  archive.write("a", bytes.data(), bytes.size());
  archive.write("data/0", "yz", 2);
  archive.write("empty", nullptr, 0);
  archive.finish();
}

constexpr const char* kReadBack = R"py(
import struct, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    assert z.namelist() == ['archive/' + n for n in ('a', 'data/0', 'empty', 'version')], z.namelist()
    assert z.read('archive/a') == b'x' * 1000 and z.read('archive/data/0') == b'yz' and z.read('archive/empty') == b''
    assert all(i.compress_type == zipfile.ZIP_STORED for i in z.infolist())
    offsets = [i.header_offset for i in z.infolist()]
bytes = open(sys.argv[1], 'rb').read()
for o in offsets:
    name, extra = struct.unpack('<HH', bytes[o + 26:o + 30])
    assert (o + 30 + name + extra) % 64 == 0
)py";

class ArchiveWriterSizes : public testing::TestWithParam<std::uint64_t> {};

TEST_P(ArchiveWriterSizes, PythonAndOurReaderReadThemWithTheirChecksums) {
  const test::TemporaryFolder folder;
  write_two(folder / "a.pt", GetParam());
  const test::ProcessResult python = test::run_python(kReadBack, {(folder / "a.pt").string()});
  EXPECT_EQ(python.exit_code, 0) << python.err;
  ArchiveReader reader(folder / "a.pt");
  EXPECT_EQ(reader.text("a", 1000), std::string(1000, 'x'));
  EXPECT_EQ(reader.text("data/0", 2), "yz");
}

INSTANTIATE_TEST_SUITE_P(Limits, ArchiveWriterSizes, testing::Values(ArchiveWriter::kNoLongerIn32Bits, 100));

TEST(ArchiveWriter, MoreRecordsThan16BitsCount) {
  const test::TemporaryFolder folder;
  {
    ArchiveWriter archive(folder / "many.pt", "many.pt");
    for (int i = 0; i < 66000; ++i) {
      archive.write(std::to_string(i), "r", 1);
    }
    archive.finish();
  }
  const test::ProcessResult python = test::run_python(
      "import sys, zipfile\nassert len(zipfile.ZipFile(sys.argv[1]).namelist()) == 66001", {(folder / "many.pt").string()});
  EXPECT_EQ(python.exit_code, 0) << python.err;
  EXPECT_EQ(ArchiveReader(folder / "many.pt").text("65999", 1), "r");
}

} // namespace
} // namespace brainmvp::checkpoint
