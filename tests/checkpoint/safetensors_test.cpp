#include <torch/types.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint_support.h"
#include "support/support.h"

namespace brainmvp::checkpoint {
namespace {

using test::expect_refused;

std::string with_length(const std::string& json, std::uint64_t length) {
  std::string bytes;
  for (int shift = 0; shift < 64; shift += 8) {
    bytes.push_back(static_cast<char>(length >> shift));
  }
  return bytes + json;
}

void expect_file_refused(const std::string& bytes, const std::string& reason) {
  const test::TemporaryFolder folder;
  const auto path = folder / "made.safetensors";
  test::write_text(path, bytes);
  expect_refused([&] { read_safetensors(path); }, reason);
  expect_refused([&] { read_safetensors(path); }, path.string());
}

// A file with this header and so many bytes of tensors.
void expect_header_refused(const std::string& json, std::size_t data_bytes, const std::string& reason) {
  expect_file_refused(with_length(json, json.size()) + std::string(data_bytes, '\0'), reason);
}

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return "\"" + name + R"(":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

TEST(Safetensors, RoundTripKeepsNamesTypesValuesAndMetadata) {
  const test::TemporaryFolder folder;
  const auto path = folder / "round.safetensors";
  const NamedTensors weights{{"wide", at::arange(4, at::kDouble)},
                             {"odd", at::ones({3}, at::kByte)},
                             {"half", at::ones({2, 2}, at::kHalf).t()},
                             {"empty", at::empty({0, 5})}};
  const std::map<std::string, std::string> metadata{{"a", "1"}, {"b", ""}};
  write_safetensors(path, weights, metadata);
  std::map<std::string, std::string> read_metadata;
  const NamedTensors read = read_safetensors(path, &read_metadata);
  EXPECT_EQ(read_metadata, metadata);
  ASSERT_EQ(read.size(), weights.size());
  const std::map<std::string, at::Tensor> found(read.begin(), read.end());
  for (const auto& [name, tensor] : weights) {
    EXPECT_EQ(found.at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(at::equal(found.at(name), tensor)) << name;
  }
}

TEST(Safetensors, RefusesDamagedHeaders) {
  expect_file_refused("", "0 bytes, expected at least 8");
  expect_file_refused(with_length("{}", 3), "its header would have 3 of 10 bytes");
  expect_file_refused(with_length("{}", UINT64_MAX), "its header would have 18446744073709551615");
  expect_header_refused("[]", 0, "no JSON header");
  expect_header_refused("{\"a\":", 0, "the header is no JSON");
  expect_header_refused("{\"a\":{\"dtype\":\"F32\"}}", 0, "lacks a valid dtype, shape or data_offsets");
  expect_header_refused(R"({"a":{"shape":[0],"data_offsets":[0,0]}})", 0, "lacks a valid dtype");
  expect_header_refused("{\"a\":7}", 0, "lacks a valid dtype");
  expect_header_refused(R"({"__metadata__":{"a":1}})", 0, "__metadata__ is not a map of texts");
  expect_header_refused(R"({"__metadata__":[1]})", 0, "__metadata__ is not a map of texts");
  expect_header_refused("{" + entry("a", "U8", "[1]", "[0,1]") + "," + entry("a", "U8", "[1]", "[1,2]") + "}", 2,
                        "names a twice");
}

TEST(Safetensors, RefusesOffsetsAndShapesThatDoNotFit) {
  expect_header_refused("{" + entry("a", "F8_E4M3", "[1]", "[0,1]") + "}", 1, "has type F8_E4M3, which is not read");
  expect_header_refused("{" + entry("a", "F32", "[2]", "[0,4]") + "}", 4, "shape [2] does not fit bytes 0 to 4");
  expect_header_refused("{" + entry("a", "F32", "[1]", "[4,0]") + "}", 4, "does not fit bytes 4 to 0");
  expect_header_refused("{" + entry("a", "F32", "[-1]", "[0,4]") + "}", 4, "lacks a valid");
  expect_header_refused("{" + entry("a", "F32", "[1.5]", "[0,4]") + "}", 4, "lacks a valid");
  expect_header_refused("{" + entry("a", "F32", "[4611686018427387904,4]", "[0,0]") + "}", 0, "does not fit bytes 0 to 0");
  expect_header_refused("{" + entry("a", "F64", "[2305843009213693952]", "[0,0]") + "}", 0, "does not fit bytes 0 to 0");
  expect_header_refused("{" + entry("a", "F32", "[1]", "[0,4]") + "}", 3, "take 4 bytes and the file has 3");
  expect_header_refused("{" + entry("a", "F32", "[1]", "[0,4]") + "}", 5, "take 4 bytes and the file has 5");
  const std::string first = entry("a", "F32", "[2]", "[0,8]");
  expect_header_refused("{" + first + "," + entry("b", "F32", "[1]", "[4,8]") + "}", 8, "b begins at byte 4, inside another");
  expect_header_refused("{" + first + "," + entry("b", "F32", "[1]", "[12,16]") + "}", 16, "b begins at byte 12 after a gap");
}

TEST(Safetensors, EveryTruncationIsRefused) {
  const test::TemporaryFolder folder;
  const std::string whole = test::read_text(test::golden("checkpoints/same.safetensors"));
  for (std::size_t size = 0; size < whole.size(); size += 41) {
    test::write_text(folder / "short.safetensors", whole.substr(0, size));
    EXPECT_THROW(read_safetensors(folder / "short.safetensors"), Error) << size;
  }
}

TEST(Safetensors, WritingRefusesTwoTensorsOfOneName) {
  const test::TemporaryFolder folder;
  const NamedTensors twice{{"a", at::zeros({1})}, {"a", at::zeros({1})}};
  expect_refused([&] { write_safetensors(folder / "a.safetensors", twice); }, "two tensors named a", ExitCode::kInternal);
}

TEST(Safetensors, NoFolderIsAnOutputError) {
  const test::TemporaryFolder folder;
  expect_refused([&] { write_safetensors(folder / "absent" / "a.safetensors", {}); }, "cannot be written", ExitCode::kOutput);
}

} // namespace
} // namespace brainmvp::checkpoint
