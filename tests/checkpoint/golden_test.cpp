// Files that torch.save and safetensors wrote, against values that Python computed.
#include <torch/types.h>

#include <filesystem>
#include <map>

#include "checkpoint/checkpoint.h"
#include "checkpoint_support.h"
#include "support/support.h"

namespace brainmvp::checkpoint {
namespace {

using test::expect_refused;
using test::golden;
using test::golden_json;

// Compares with the summary of tests/golden/README.md; everything is computed in double.
void expect_summary(const at::Tensor& tensor, const nlohmann::json& expected, const std::string& name) {
  EXPECT_EQ(tensor.sizes().vec(), expected["shape"].get<std::vector<std::int64_t>>()) << name;
  const at::Tensor flat = tensor.to(at::kDouble).contiguous().flatten();
  if (flat.numel() == 0) {
    return;
  }
  const double tolerance = 1e-12;
  EXPECT_NEAR(flat.mean().item<double>(), expected["mean"].get<double>(), tolerance) << name;
  EXPECT_NEAR(flat.std(0, false, false).item<double>(), expected["std"].get<double>(), tolerance) << name;
  EXPECT_NEAR(flat.norm().item<double>(), expected["l2"].get<double>(), 1e-12 * (1 + expected["l2"].get<double>())) << name;
  for (std::size_t i = 0; i < expected["sample"].size(); ++i) {
    EXPECT_EQ(flat[expected["sample_index"][i].get<std::int64_t>()].item<double>(), expected["sample"][i].get<double>()) << name;
  }
}

// Every expected tensor is there, right, and nothing else; expected names carry `prefix` or not.
void expect_all(const NamedTensors& weights, const nlohmann::json& expected, std::size_t erased_prefix) {
  std::map<std::string, at::Tensor> found(weights.begin(), weights.end());
  for (const auto& [name, summary] : expected.items()) {
    const std::string key = name.substr(erased_prefix);
    ASSERT_TRUE(found.contains(key)) << name;
    expect_summary(found.at(key), summary, name);
    found.erase(key);
  }
  for (const auto& [name, tensor] : found) {
    ADD_FAILURE() << "unexpected tensor " << name;
  }
}

constexpr std::size_t kModule = 7; // length of "module."

TEST(GoldenCheckpoint, ReferenceLayoutHasEveryTensor) {
  const NamedTensors weights = read_weights(golden("checkpoints/reference_layout.pt"));
  expect_all(weights, golden_json("checkpoints/expected.json"), kModule);
}

TEST(GoldenCheckpoint, BareStateDictHasEveryTensor) {
  const NamedTensors weights = read_weights(golden("checkpoints/bare_state_dict.pt"));
  expect_all(weights, golden_json("checkpoints/expected.json"), kModule);
}

TEST(GoldenCheckpoint, ModuleStateDictWithMetadataHasEveryTensor) {
  const NamedTensors weights = read_weights(golden("checkpoints/module_state_dict.pt"));
  expect_all(weights, golden_json("checkpoints/expected_module.json"), 0);
}

TEST(GoldenCheckpoint, SafetensorsHasEveryTensor) {
  std::map<std::string, std::string> metadata;
  const NamedTensors weights = read_safetensors(golden("checkpoints/same.safetensors"), &metadata);
  expect_all(weights, golden_json("checkpoints/expected.json"), 0);
  EXPECT_EQ(metadata, (std::map<std::string, std::string>{{"format", "pt"}}));
}

TEST(GoldenCheckpoint, ParametersEqualTheirTensors) {
  nlohmann::json expected = golden_json("checkpoints/expected.json");
  const NamedTensors weights = read_weights(golden("checkpoints/parameters.pt"));
  EXPECT_EQ(weights.size(), 9U);
  for (const auto& [name, tensor] : weights) {
    expect_summary(tensor, expected.at("module." + name), name);
  }
}

TEST(GoldenCheckpoint, TypesAreKept) {
  const std::map<std::string, at::ScalarType> types{
      {"b.half", at::kHalf}, {"b.bf16", at::kBFloat16}, {"b.double", at::kDouble}, {"b.int64", at::kLong}, {"b.bool", at::kBool}};
  const NamedTensors weights = read_weights(golden("checkpoints/reference_layout.pt"));
  const std::map<std::string, at::Tensor> found(weights.begin(), weights.end());
  for (const auto& [name, type] : types) {
    EXPECT_EQ(found.at(name).scalar_type(), type) << name;
  }
}

TEST(GoldenCheckpoint, ViewsOfOneStorageShareItsMemory) {
  const NamedTensors weights = read_weights(golden("checkpoints/reference_layout.pt"));
  const std::map<std::string, at::Tensor> found(weights.begin(), weights.end());
  const at::Tensor& offset = found.at("b.view_offset");
  const at::Tensor& transposed = found.at("b.transposed");
  EXPECT_EQ(offset.storage().data(), transposed.storage().data());
  EXPECT_EQ(offset.storage_offset(), 10);
  EXPECT_EQ(transposed.strides().vec(), (std::vector<std::int64_t>{1, 8}));
}

TEST(GoldenCheckpoint, OptimizerAndCountersAreRead) {
  const Value checkpoint = read_pt(golden("checkpoints/reference_layout.pt"));
  EXPECT_EQ(checkpoint.find("current_epoch")->integer("current_epoch"), 100);
  EXPECT_EQ(checkpoint.find("val_best")->number("val_best"), 1e8);
  const Value* optimizer = checkpoint.find("optimizer");
  const Value& group = optimizer->find("param_groups")->items("param_groups").front();
  EXPECT_EQ(group.find("lr")->number("lr"), 0.0003);
  EXPECT_EQ(std::get<Tuple>(group.find("betas")->data).items.at(1).number("beta"), 0.999);
  EXPECT_STREQ(group.find("fused")->kind(), "None");
  EXPECT_TRUE(std::get<bool>(group.find("decoupled_weight_decay")->data));
  const Dict& state = optimizer->find("state")->dict("state");
  EXPECT_EQ(state.front().first.integer("parameter"), 0);
  EXPECT_EQ(state.front().second.find("exp_avg")->tensor("exp_avg").sizes().vec(), (std::vector<std::int64_t>{2, 3, 4}));
}

TEST(GoldenCheckpoint, OldFormatIsRefusedWithTheLineThatConvertsIt) {
  const auto path = golden("checkpoints/legacy_not_zip.pt");
  expect_refused([&] { read_pt(path); }, "torch.save(torch.load('" + path.string() + "'");
}

TEST(GoldenCheckpoint, TruncatedIsRefused) {
  expect_refused([] { read_pt(golden("checkpoints/truncated.pt")); }, "truncated or damaged");
}

TEST(GoldenCheckpoint, HostileIsRefusedByNameAndNothingRuns) {
  std::filesystem::remove("pwned-by-pickle");
  expect_refused([] { read_pt(golden("checkpoints/hostile_pickle.pt")); }, "posix.system");
  EXPECT_FALSE(std::filesystem::exists("pwned-by-pickle"));
}

} // namespace
} // namespace brainmvp::checkpoint
