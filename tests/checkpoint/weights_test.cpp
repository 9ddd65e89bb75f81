#include <torch/types.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/wrappers.h"
#include "checkpoint_support.h"
#include "support/support.h"

namespace brainmvp::checkpoint {
namespace {

using test::expect_refused;

Value one_tensor(const std::string& name) { return {Dict{{Value{name}, Value{at::ones({2})}}}}; }

TEST(NamedTensors, AreFoundUnderTheUsualKeys) {
  const test::TemporaryFolder folder;
  for (const std::string key : {"state_dict", "model", "model_state_dict", "net"}) {
    const Value checkpoint{Dict{{Value{"epoch"}, Value{3}}, {Value{key}, one_tensor("module.a.weight")}}};
    write_pt(folder / "w.pt", checkpoint);
    const NamedTensors weights = read_weights(folder / "w.pt");
    ASSERT_EQ(weights.size(), 1U) << key;
    EXPECT_EQ(weights.front().first, "a.weight") << key;
  }
}

TEST(NamedTensors, BothFormatsGiveTheSame) {
  const NamedTensors pt = read_weights(test::golden("checkpoints/bare_state_dict.pt"));
  const NamedTensors safetensors = read_weights(test::golden("checkpoints/same.safetensors"));
  const std::map<std::string, at::Tensor> found(safetensors.begin(), safetensors.end());
  ASSERT_EQ(pt.size(), found.size());
  for (const auto& [name, tensor] : pt) {
    EXPECT_TRUE(at::equal(tensor, found.at(name))) << name;
  }
}

TEST(NamedTensors, ACheckpointWithoutTensorsIsRefusedWithWhatItHolds) {
  const test::TemporaryFolder folder;
  write_pt(folder / "w.pt", Value{Dict{{Value{"epoch"}, Value{3}}, {Value{"note"}, Value{"x"}}}});
  expect_refused([&] { read_weights(folder / "w.pt"); }, "no weights: it holds epoch, note");
  write_pt(folder / "w.pt", Value{3});
  expect_refused([&] { read_weights(folder / "w.pt"); }, "expected a dict, found int");
}

TEST(NamedTensors, LeaveOutWhatWrappersPutIntoTheNamesAndSayIt) {
  const Unwrapped own = without_wrappers({{"_orig_mod.a", at::ones({1})},
                                          {"module.module._orig_mod.b", at::ones({1})},
                                          {"model.encoder._orig_mod.c", at::ones({1})},
                                          {"net._fsdp_wrapped_module.d.model.e", at::ones({1})},
                                          {"my_orig_mod.f", at::ones({1})},
                                          {"remodel.g", at::ones({1})}});
  std::vector<std::string> names;
  for (const auto& [name, tensor] : own.weights) {
    names.push_back(name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b", "encoder.c", "d.model.e", "my_orig_mod.f", "remodel.g"}));
  EXPECT_EQ(own.note, "left out of the names of its 6 tensors: \"_orig_mod.\" of 1, \"model._orig_mod.\" of 1, "
                      "\"module.module._orig_mod.\" of 1, \"net._fsdp_wrapped_module.\" of 1");
  EXPECT_EQ(without_wrappers({{"a", at::ones({1})}}).note, "");
}

TEST(NamedTensors, ANameWithAndWithoutAWrapperIsRefused) {
  for (const std::string other : {"module.a", "model._orig_mod.a"}) {
    const NamedTensors both{{"a", at::ones({1})}, {other, at::ones({1})}};
    expect_refused([&] { (void)without_wrappers(both); }, "tensors a and " + other + " are both a without");
  }
}

TEST(NamedTensors, AnOptimizerAloneIsNamedSo) {
  const test::TemporaryFolder folder;
  write_pt(folder / "o.pt", Value{Dict{{Value{"state"}, Value{Dict{}}}, {Value{"param_groups"}, Value{List{}}}}});
  expect_refused([&] { read_weights(folder / "o.pt"); }, "it holds state, param_groups, which is the state of an optimizer");
}

TEST(Transfer, CopiesWhatFitsAndReportsTheRest) {
  const NamedTensors from{{"same", at::full({2}, 5.0F)},
                          {"half", at::full({2}, 0.5F).to(at::kHalf)},
                          {"shape", at::ones({2, 3})},
                          {"type", at::ones({2}, at::kLong)},
                          {"extra", at::ones({1})}};
  const at::Tensor parameter = at::zeros({2}).requires_grad_();
  const NamedTensors to{{"same", parameter},
                        {"half", at::zeros({2})},
                        {"shape", at::zeros({3, 2})},
                        {"type", at::zeros({2})},
                        {"new", at::zeros({1})}};
  const TransferReport report = transfer(from, to);
  EXPECT_EQ(report.loaded, (std::vector<std::string>{"same", "half"}));
  EXPECT_EQ(report.missing, (std::vector<std::string>{"new"}));
  EXPECT_EQ(report.unused, (std::vector<std::string>{"extra"}));
  ASSERT_EQ(report.mismatched.size(), 2U);
  EXPECT_EQ(report.mismatched[0].second, "shape [2, 3] in the file, [3, 2] in the model");
  EXPECT_EQ(report.mismatched[1].second, "type Long in the file, Float in the model");
  EXPECT_TRUE(at::equal(parameter.detach(), at::full({2}, 5.0F)));
  EXPECT_TRUE(parameter.requires_grad());
  EXPECT_TRUE(parameter.is_leaf());
  EXPECT_TRUE(at::equal(to[1].second, at::full({2}, 0.5F)));
  EXPECT_TRUE(at::equal(to[3].second, at::zeros({2})));
  const std::string summary = report.summary();
  EXPECT_NE(summary.find("2 of the model's 5 tensors were loaded"), std::string::npos) << summary;
  EXPECT_NE(summary.find("not in the file, left as initialised (1): new"), std::string::npos) << summary;
  EXPECT_NE(summary.find("not used by the model (1): extra"), std::string::npos) << summary;
  EXPECT_NE(summary.find("do not fit, left as initialised (2): shape (shape [2, 3]"), std::string::npos) << summary;
}

TEST(Values, TypedAccessSaysWhatWasExpected) {
  const Value value{"text"};
  expect_refused([&] { (void)value.integer("epoch"); }, "epoch: expected an int, found str");
  expect_refused([&] { (void)value.tensor("weight"); }, "weight: expected a tensor, found str");
  expect_refused([&] { (void)value.items("modalities"); }, "modalities: expected a list, found str");
  EXPECT_EQ(value.find("any"), nullptr);
  EXPECT_EQ(Value{7}.number("lr"), 7.0);
}

} // namespace
} // namespace brainmvp::checkpoint
