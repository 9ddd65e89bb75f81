// Hand-made hostile and damaged files: each is refused with exit code 4 and its reason.
#include <torch/types.h>

#include <fstream>

#include "checkpoint/checkpoint.h"
#include "checkpoint_support.h"
#include "support/support.h"

namespace brainmvp::checkpoint {
namespace {

using test::expect_refused;
using namespace std::string_literals;

constexpr int kZeros = 40; // bytes of the record data/0: ten floats

void expect_pickle_refused(const std::string& pickle, const std::string& reason) {
  const test::TemporaryFolder folder;
  const auto path = folder / "made.pt";
  test::write_archive(path, "\x80\x02"s + pickle, {{"data/0", std::string(kZeros, '\0')}});
  expect_refused([&] { read_pt(path); }, reason);
  expect_refused([&] { read_pt(path); }, path.string());
}

std::string number(std::int64_t value) {
  std::string bytes = "\x8a\x08"s; // LONG1
  for (int shift = 0; shift < 64; shift += 8) {
    bytes.push_back(static_cast<char>(value >> shift));
  }
  return bytes;
}

std::string numbers(const std::vector<std::int64_t>& values) {
  std::string bytes = "(";
  for (const std::int64_t value : values) {
    bytes += number(value);
  }
  return bytes + "t";
}

std::string word(const std::string& text) { return "U"s + static_cast<char>(text.size()) + text; }

std::string storage(std::int64_t elements, const std::string& key = "0", const std::string& type = "FloatStorage") {
  return "(" + word("storage") + "ctorch\n" + type + "\n" + word(key) + word("cpu") + number(elements) + "tQ";
}

std::string tensor(const std::string& in, std::int64_t offset, const std::vector<std::int64_t>& shape,
                   const std::vector<std::int64_t>& strides) {
  return "ctorch._utils\n_rebuild_tensor_v2\n(" + in + number(offset) + numbers(shape) + numbers(strides) + "\x89N" + "tR.";
}

TEST(PickleRefusal, AcceptsWhatTheHelpersMakeWhenItIsRight) {
  const test::TemporaryFolder folder;
  test::write_archive(folder / "right.pt", "\x80\x02"s + tensor(storage(10), 2, {2, 4}, {4, 1}),
                      {{"data/0", std::string(kZeros, '\0')}});
  EXPECT_EQ(read_pt(folder / "right.pt").tensor("root").sizes().vec(), (std::vector<std::int64_t>{2, 4}));
}

TEST(PickleRefusal, Globals) {
  expect_pickle_refused("cos\nsystem\n" + word("true") + "\x85R.", "the file asks for os.system");
  expect_pickle_refused("cbuiltins\neval\n.", "builtins.eval");
  expect_pickle_refused("ctorch\nComplexFloatStorage\n.", "torch.ComplexFloatStorage");
  expect_pickle_refused("ctorch._utils\n_rebuild_tensor\n.", "torch._utils._rebuild_tensor");
  expect_pickle_refused("c" + std::string(1000, 'a'), "no end within 256 bytes");
}

TEST(PickleRefusal, Opcodes) {
  expect_pickle_refused("\xff.", "opcode 255 is none that torch.save writes");
  expect_pickle_refused("i.", "opcode 105");        // INST
  expect_pickle_refused("(\x81.", "opcode 129");    // NEWOBJ
  expect_pickle_refused("\x82\x01.", "opcode 130"); // EXT1
  expect_pickle_refused("N", "ends early");         // no STOP
  expect_pickle_refused("X\xff\xff\xff\x7f.", "it needs 2147483647 more bytes");
  expect_pickle_refused("\x8a\x09"s + std::string(9, '\1') + ".", "an integer of 9 bytes");
  expect_pickle_refused("U\x02\xc3\x28.", "not UTF-8");
}

TEST(PickleRefusal, StackAndMemo) {
  expect_pickle_refused(".", "stack empty");
  expect_pickle_refused("a.", "needs 1");
  expect_pickle_refused("t.", "no mark");
  expect_pickle_refused("N(\x85.", "finds 0 values"); // may not reach below the mark
  expect_pickle_refused("h\x05.", "memo entry 5 is used before it is set");
  expect_pickle_refused("Nr\xff\xff\xff\xff.", "memo entry 4294967295; at most");
  expect_pickle_refused("NNa.", "does not fit None");
  expect_pickle_refused("}(Nu.", "without a value");
  expect_pickle_refused("NN\x85R.", "does not fit None");
  expect_pickle_refused("N}b.", "does not fit None"); // BUILD on what is no dict
  expect_pickle_refused("ctorch\nFloatStorage\n.", "a storage class where a value is expected");
  expect_pickle_refused("}]Ns.", "a list as the key of a dict");
}

TEST(PickleRefusal, DeepAndExplodingContainers) {
  std::string deep;
  for (int i = 0; i < 5000; ++i) {
    deep += "]";
  }
  expect_pickle_refused(deep + std::string(4999, 'a') + ".", "nest deeper than 100");
  expect_pickle_refused("]q\0h\0a."s, "nest deeper than 100"); // a list that holds itself
  std::string laughs = "]q\0"s;                                // each list holds the last one 10 times
  for (char level = 1; level < 40; ++level) {
    laughs += "]q"s + level + "(";
    for (int i = 0; i < 10; ++i) {
      laughs += "h"s + static_cast<char>(level - 1);
    }
    laughs += "e";
  }
  expect_pickle_refused(laughs + ".", "unfolds to more than");
}

TEST(PickleRefusal, Storages) {
  expect_pickle_refused(storage(11) + ".", "record data/0 has 40 bytes where its storage needs 44");
  expect_pickle_refused(storage(9) + ".", "where its storage needs 36");
  expect_pickle_refused(storage(-1) + ".", "storage 0 of -1 elements");
  expect_pickle_refused(storage(INT64_MAX) + ".", "storage 0 of 9223372036854775807 elements");
  expect_pickle_refused(storage(10, "7") + ".", "no record data/7");
  expect_pickle_refused(storage(10, "../../data.pkl") + ".", "no record data/../../data.pkl");
  expect_pickle_refused(storage(10) + "0" + storage(5) + ".", "opcode 48"); // POP
  expect_pickle_refused("(" + storage(10) + storage(5) + "t.", "given two sizes");
  expect_pickle_refused(word("storage") + "\x85Q.", "a persistent id that is not");
  expect_pickle_refused("NQ.", "does not fit None");
}

TEST(PickleRefusal, ViewsOutsideTheirStorage) {
  expect_pickle_refused(tensor(storage(10), 0, {11}, {1}), "last element would be number 10");
  expect_pickle_refused(tensor(storage(10), 5, {2, 3}, {3, 1}), "last element would be number 10");
  expect_pickle_refused(tensor(storage(10), -1, {1}, {1}), "offset -1");
  expect_pickle_refused(tensor(storage(10), 11, {0}, {1}), "offset 11");
  expect_pickle_refused(tensor(storage(10), 0, {-2}, {1}), "shape [-2]");
  expect_pickle_refused(tensor(storage(10), 9, {2}, {-1}), "strides [-1]");
  expect_pickle_refused(tensor(storage(10), 0, {2}, {INT64_MAX}), "last element would be number");
  expect_pickle_refused(tensor(storage(10), 2, {2, 2}, {INT64_MAX - 1, INT64_MAX - 1}), "strides [9223372036854775806");
  expect_pickle_refused(tensor(storage(10), 0, {INT64_MAX, INT64_MAX}, {0, 0}), "shape [9223372036854775807");
  expect_pickle_refused(tensor(storage(10), 0, {0, INT64_MAX, INT64_MAX}, {0, 0, 0}), "shape [0, 9223372036854775807");
  expect_pickle_refused(tensor(storage(10), 0, {1 << 30}, {0}), "repeats its elements too often");
  expect_pickle_refused(tensor(storage(10), 0, {2, 2}, {1}), "strides [1]");
  expect_pickle_refused(tensor(storage(10), 0, std::vector<std::int64_t>(65, 1), std::vector<std::int64_t>(65, 1)),
                        "65 dimensions");
  expect_pickle_refused(tensor("N", 0, {1}, {1}), "with None as argument 1");
  expect_pickle_refused("ctorch._utils\n_rebuild_tensor_v2\n)R.", "with 0 arguments");
}

TEST(ArchiveRefusal, AFlippedBitOfATensor) {
  const test::TemporaryFolder folder;
  const auto path = folder / "flipped.pt";
  write_pt(path, Value{Dict{{Value{"w"}, Value{at::full({64}, 1.0F)}}}});
  std::string bytes = test::read_text(path);
  bytes[bytes.find(std::string("\0\0\x80\x3f\0\0\x80\x3f", 8)) + 1] ^= 1;
  test::write_text(path, bytes);
  expect_refused([&] { read_pt(path); }, "record data/0 does not match its checksum");
}

TEST(ArchiveRefusal, EveryTruncation) {
  const test::TemporaryFolder folder;
  const std::string whole = test::read_text(test::golden("checkpoints/module_state_dict.pt"));
  for (std::size_t size = 0; size < whole.size(); size += 97) {
    test::write_text(folder / "short.pt", whole.substr(0, size));
    EXPECT_THROW(read_pt(folder / "short.pt"), Error) << size;
  }
}

// Whatever a byte becomes, reading ends with a value or an Error: no crash, no other exception.
TEST(ArchiveRefusal, AnyByteChangedIsReadOrRefused) {
  const test::TemporaryFolder folder;
  const std::string whole = test::read_text(test::golden("checkpoints/module_state_dict.pt"));
  std::size_t refused = 0;
  for (std::size_t at = 0; at < whole.size(); at += 7) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ (at % 2 == 0 ? 0xff : 0x41));
    test::write_text(folder / "changed.pt", changed);
    try {
      read_pt(folder / "changed.pt");
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kBadInput) << at << ": " << error.message();
      ++refused;
    }
  }
  EXPECT_GT(refused, 100U);
}

TEST(ArchiveRefusal, OtherFiles) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "text.pt", "hello");
  expect_refused([&] { read_pt(folder / "text.pt"); }, "not a checkpoint");
  test::write_text(folder / "empty.pt", "");
  expect_refused([&] { read_pt(folder / "empty.pt"); }, "not a checkpoint");
  expect_refused([&] { read_pt(folder / "absent.pt"); }, "no such file");
  expect_refused([&] { read_pt(folder.path()); }, "no such file");
  test::write_archive(folder / "script.pt", "N.", {{"constants.pkl", "N."}});
  expect_refused([&] { read_pt(folder / "script.pt"); }, "TorchScript");
  test::write_archive(folder / "big.pt", "N.", {{"byteorder", "big"}});
  expect_refused([&] { read_pt(folder / "big.pt"); }, "big-endian");
}

TEST(ArchiveRefusal, CompressedRecords) {
  const test::TemporaryFolder folder;
  const auto path = folder / "zipped.pt";
  const test::ProcessResult made = test::run_python(R"(
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as z:
    z.writestr('a/version', '3', zipfile.ZIP_STORED)
    z.writestr('a/data.pkl', b'\x80\x02N.' + bytes(10**7))
)",
                                                    {path.string()});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  expect_refused([&] { read_pt(path); }, "record data.pkl is compressed");
}

TEST(WritePt, NoFolderIsAnOutputError) {
  const test::TemporaryFolder folder;
  expect_refused([&] { write_pt(folder / "absent" / "a.pt", Value{}); }, "cannot be written", ExitCode::kOutput);
}

TEST(WritePt, AFullDiskIsOutOfResources) {
  expect_refused([] { ArchiveWriter("/dev/full", "full.pt").write("data.pkl", "N.", 2); }, "full.pt: cannot be written",
                 ExitCode::kOutOfResources);
}

TEST(WritePt, RefusesWhatPythonCouldNotRead) {
  const test::TemporaryFolder folder;
  expect_refused([&] { write_pt(folder / "a.pt", Value{"\xff"}); }, "not UTF-8", ExitCode::kInternal);
  expect_refused([&] { write_pt(folder / "a.pt", Value{at::zeros({2}, at::kComplexFloat)}); }, "ComplexFloat",
                 ExitCode::kInternal);
  expect_refused([&] { write_pt(folder / "a.pt", Value{at::Tensor()}); }, "undefined", ExitCode::kInternal);
  EXPECT_FALSE(std::filesystem::exists(folder / "a.pt"));
}

} // namespace
} // namespace brainmvp::checkpoint
