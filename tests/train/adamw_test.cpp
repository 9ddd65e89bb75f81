#include "train/adamw.h"

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/tensor.h>

#include "base/error.h"
#include "support/support.h"
#include "train/gradients.h"

namespace brainmvp::train {
namespace {

constexpr int kSteps = 7;

torch::Tensor filled(const std::string& name, const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t side : shape) {
    count *= side;
  }
  return at::tensor(test::fill(name, static_cast<std::size_t>(count))).reshape(shape).to(at::Device(test::device_name()));
}

// Three tensors, the second of which has a gradient only at odd steps, and the third one laid out channels-last.
NamedTensors parameters() {
  NamedTensors tensors{{"a", filled("a", {5, 7})},
                       {"b", filled("b", {3})},
                       {"c", filled("c", {2, 4, 3, 3, 3}).contiguous(at::MemoryFormat::ChannelsLast3d)}};
  for (auto& [name, tensor] : tensors) {
    tensor.set_requires_grad(true);
  }
  return tensors;
}

void set_gradients(NamedTensors& tensors, int step) {
  for (auto& [name, tensor] : tensors) {
    const bool absent = name == "b" && step % 2 == 0;
    tensor.mutable_grad() =
        absent ? torch::Tensor() : filled(name + ".grad." + std::to_string(step), tensor.sizes().vec()) * (step + 1);
  }
}

std::vector<torch::Tensor> only_tensors(const NamedTensors& named) {
  std::vector<torch::Tensor> tensors;
  for (const auto& [name, tensor] : named) {
    tensors.push_back(tensor);
  }
  return tensors;
}

constexpr const char* kTorchScript = R"py(
import sys, json, torch
def fill(name, shape):
    s = 2166136261
    for c in name.encode(): s = ((s ^ c) * 16777619) & 0xffffffff
    n = 1
    for d in shape: n *= d
    v = []
    for _ in range(n):
        s = (s * 1664525 + 1013904223) & 0xffffffff
        v.append((s >> 8) / 2**23 - 1)
    return torch.tensor(v, dtype=torch.float32).reshape(shape)
shapes = {"a": (5, 7), "b": (3,), "c": (2, 4, 3, 3, 3)}
p = {k: torch.nn.Parameter(fill(k, s)) for k, s in shapes.items()}
o = torch.optim.AdamW(p.values(), lr=1e-2, weight_decay=0.1, foreach=False)
norms = []
for step in range(7):
    for k, t in p.items():
        t.grad = None if k == "b" and step % 2 == 0 else fill(f"{k}.grad.{step}", shapes[k]) * (step + 1)
    norms.append(torch.nn.utils.clip_grad_norm_(p.values(), 9.0).item())
    o.param_groups[0]["lr"] = 1e-2 / (step + 1)
    o.step()
print(json.dumps({"norms": norms, "p": {k: t.detach().flatten().tolist() for k, t in p.items()},
                  "m": o.state_dict()["state"][2]["exp_avg_sq"].flatten().tolist()}))
)py";

void expect_near(const torch::Tensor& tensor, const std::vector<double>& expected) {
  const torch::Tensor flat = tensor.detach().to(at::kCPU).contiguous().flatten();
  ASSERT_EQ(static_cast<std::size_t>(flat.numel()), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(flat.const_data_ptr<float>()[i], expected[i], 1e-6) << i;
  }
}

TEST(AdamW, WithClippingFollowsPyTorch) {
  const test::ProcessResult python = test::run_python(kTorchScript);
  ASSERT_EQ(python.exit_code, 0) << python.err;
  const auto expected = nlohmann::json::parse(python.out);
  NamedTensors tensors = parameters();
  AdamW optimizer(tensors, {.weight_decay = 0.1});
  for (int step = 0; step < kSteps; ++step) {
    set_gradients(tensors, step);
    const double norm = gradient_norm(only_tensors(tensors));
    EXPECT_NEAR(norm, expected["norms"][static_cast<std::size_t>(step)].get<double>(), 1e-5 * norm);
    clip_gradients(only_tensors(tensors), norm, 9.0);
    optimizer.step(1e-2 / (step + 1));
  }
  for (const auto& [name, tensor] : tensors) {
    expect_near(tensor, expected["p"][name].get<std::vector<double>>());
  }
  const checkpoint::Value state = optimizer.state();
  expect_near(state.find("state")->dict("state").at(2).second.find("exp_avg_sq")->tensor("c"),
              expected["m"].get<std::vector<double>>());
}

// Rows of more than a block.
TEST(AdamW, ASparseGradientIsThatOfItsRowsAndZeroElsewhere) {
  constexpr std::int64_t kWidth = 6701; // fills no vector
  const torch::Tensor sparse = torch::randn({4, 3, kWidth}).requires_grad_();
  const torch::Tensor dense = sparse.detach().clone().requires_grad_();
  AdamW of_sparse({{"bank", sparse}}, {.weight_decay = 0.1});
  AdamW of_dense({{"bank", dense}}, {.weight_decay = 0.1});
  for (int step = 0; step < 9; ++step) {
    const std::vector<std::int64_t> used{step % 3, (step + 2) % 3}; // never the last one
    const torch::Tensor rows = torch::tensor(used, torch::kLong);
    const torch::Tensor gradient = torch::sparse_coo_tensor(rows.unsqueeze(0), torch::randn({2, 3, kWidth}), {4, 3, kWidth});
    of_sparse.settle(sparse, used);
    EXPECT_TRUE(at::equal(sparse[used[0]], dense[used[0]]));
    sparse.mutable_grad() = gradient;
    dense.mutable_grad() = gradient.to_dense();
    EXPECT_DOUBLE_EQ(gradient_norm({sparse}), gradient_norm({dense}));
    const double rate = 1e-2 / (step + 1);
    of_sparse.step(rate);
    of_dense.step(rate);
  }
  EXPECT_FALSE(at::equal(sparse[3], dense[3]));
  EXPECT_THROW((void)of_sparse.state(), Error);
  of_sparse.settle();
  EXPECT_TRUE(at::equal(sparse, dense));
  const auto moment = [](const AdamW& optimizer) {
    return optimizer.state().find("state")->dict("state").at(0).second.find("exp_avg_sq")->tensor("bank");
  };
  EXPECT_TRUE(at::equal(moment(of_sparse), moment(of_dense)));
}

// As templates have it on a CPU: some planes of some rows, of which whole rows are brought up to date.
TEST(AdamW, AGradientMayBeSparseAlongTwoAxes) {
  const torch::Tensor sparse = torch::randn({3, 4, 37}).requires_grad_();
  const torch::Tensor dense = sparse.detach().clone().requires_grad_();
  AdamW of_sparse({{"bank", sparse}}, {.weight_decay = 0.1});
  AdamW of_dense({{"bank", dense}}, {.weight_decay = 0.1});
  for (int step = 0; step < 9; ++step) {
    const std::int64_t row = step * 2 % 3;
    const torch::Tensor planes = torch::tensor(std::vector<std::int64_t>{row, row, step % 2, 3}).view({2, 2});
    const torch::Tensor gradient = torch::sparse_coo_tensor(planes, torch::randn({2, 37}), {3, 4, 37});
    of_sparse.settle(sparse, std::vector<std::int64_t>{row});
    EXPECT_TRUE(at::equal(sparse[row], dense[row])) << step;
    sparse.mutable_grad() = gradient;
    dense.mutable_grad() = gradient.to_dense();
    EXPECT_DOUBLE_EQ(gradient_norm({sparse}), gradient_norm({dense}));
    of_sparse.step(1e-2);
    of_dense.step(1e-2);
  }
  of_sparse.settle();
  EXPECT_TRUE(at::equal(sparse, dense));
}

// Most values of a template have never had a gradient.
TEST(AdamW, ValuesAtRestOnlyDecay) {
  for (const bool decoupled : {true, false}) {
    const torch::Tensor tensor = at::full({40}, 2.0F).requires_grad_();
    AdamW optimizer({{"tensor", tensor}}, {.weight_decay = 0.5, .decoupled = decoupled});
    torch::Tensor gradient = at::zeros({40});
    gradient[3] = 1;
    tensor.mutable_grad() = gradient;
    optimizer.step(0.1);
    EXPECT_NEAR(tensor[39].item<double>(), decoupled ? 2 - 0.1 * 0.5 * 2 : 2 - 0.1, 1e-6);
    EXPECT_NEAR(tensor[3].item<double>(), decoupled ? 2 - 0.1 * 0.5 * 2 - 0.1 : 2 - 0.1, 1e-6);
  }
}

TEST(AdamW, RefusesAGradientOfARowThatLacksSteps) {
  const torch::Tensor bank = torch::zeros({2, 3}).requires_grad_();
  AdamW optimizer({{"bank", bank}}, {});
  for (const std::int64_t row : {0, 1}) {
    bank.mutable_grad() = torch::sparse_coo_tensor(torch::tensor({row}).unsqueeze(0), torch::ones({1, 3}), {2, 3});
    if (row == 0) {
      optimizer.step(1e-2);
    } else {
      EXPECT_THROW(optimizer.step(1e-2), Error);
    }
  }
}

TEST(AdamW, ADenseGradientFollowsSparseOnes) {
  const torch::Tensor sparse = torch::ones({2, 3}).requires_grad_();
  const torch::Tensor dense = torch::ones({2, 3}).requires_grad_();
  AdamW of_sparse({{"bank", sparse}}, {}), of_dense({{"bank", dense}}, {});
  sparse.mutable_grad() = torch::sparse_coo_tensor(torch::zeros({1, 1}, torch::kLong), torch::ones({1, 3}), {2, 3});
  dense.mutable_grad() = sparse.grad().to_dense();
  of_sparse.step(1e-2);
  of_dense.step(1e-2);
  sparse.mutable_grad() = torch::ones({2, 3});
  dense.mutable_grad() = torch::ones({2, 3});
  of_sparse.step(1e-2);
  of_dense.step(1e-2);
  EXPECT_TRUE(at::equal(sparse, dense));
}

TEST(AdamW, GoesOnBitForBitFromItsState) {
  NamedTensors straight = parameters();
  NamedTensors resumed = parameters();
  AdamW first(straight, {});
  auto other = std::make_unique<AdamW>(resumed, AdamWOptions{});
  for (int step = 0; step < kSteps; ++step) {
    if (step == 3) {
      const checkpoint::Value state = other->state();
      other = std::make_unique<AdamW>(resumed, AdamWOptions{});
      other->load_state(state);
    }
    set_gradients(straight, step);
    set_gradients(resumed, step);
    first.step(1e-2);
    other->step(1e-2);
  }
  for (std::size_t i = 0; i < straight.size(); ++i) {
    EXPECT_TRUE(straight[i].second.equal(resumed[i].second)) << straight[i].first;
    EXPECT_FALSE(straight[i].second.equal(parameters()[i].second)) << straight[i].first;
  }
}

// A number of 2 whose gradient is -0.5, after one step at the rate 0.1.
double after_one_step(const AdamWOptions& options) {
  const torch::Tensor number = at::full({1}, 2.0).requires_grad_();
  AdamW optimizer({{"number", number}}, options);
  number.mutable_grad() = at::full({1}, -0.5F);
  optimizer.step(0.1);
  return number.item<double>();
}

// The first step is the rate times the gradient's sign. Adam's decay turns the gradient from -0.5 to -0.5 + 0.5 * 2 = 0.5.
TEST(AdamW, DecaysTheWeightWhereAdamDecaysThroughTheGradient) {
  EXPECT_NEAR(after_one_step({.weight_decay = 0.5, .decoupled = true}), 2 - 0.1 * 0.5 * 2 + 0.1, 1e-6);
  EXPECT_NEAR(after_one_step({.weight_decay = 0.5, .decoupled = false}), 2 - 0.1, 1e-6);
}

TEST(AdamW, TakesTheFactorOfATensorsRate) {
  EXPECT_NEAR(after_one_step({.weight_decay = 0.5, .decoupled = true, .rate_factors = {0.1}}), 2 - 0.01 * 0.5 * 2 + 0.01, 1e-6);
  EXPECT_NEAR(after_one_step({.weight_decay = 0.5, .decoupled = false, .rate_factors = {0.1}}), 2 - 0.01, 1e-6);
  NamedTensors tensors = parameters();
  set_gradients(tensors, 1);
  AdamW({{"a", tensors[0].second}, {"c", tensors[2].second}}, {.weight_decay = 0, .rate_factors = {0, 1}}).step(0.1);
  EXPECT_TRUE(tensors[0].second.equal(parameters()[0].second));
  EXPECT_FALSE(tensors[2].second.equal(parameters()[2].second));
}

TEST(AdamW, LeavesATensorWithoutGradientAlone) {
  NamedTensors tensors = parameters();
  AdamW optimizer(tensors, {.weight_decay = 1});
  set_gradients(tensors, 0);
  optimizer.step(0.1);
  EXPECT_TRUE(tensors[1].second.equal(parameters()[1].second));
  optimizer.clear_gradients();
  EXPECT_FALSE(tensors[0].second.grad().defined());
}

TEST(AdamW, RefusesTheStateOfAnotherNetworkByName) {
  NamedTensors tensors = parameters();
  AdamW optimizer(tensors, {});
  set_gradients(tensors, 1);
  optimizer.step(0.1);
  NamedTensors other{{"a", at::ones({2, 2}).set_requires_grad(true)}};
  AdamW smaller(other, {});
  try {
    smaller.load_state(optimizer.state());
    FAIL() << "state of another network was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    EXPECT_NE(error.message().find("state of a: exp_avg"), std::string::npos) << error.message();
  }
}

TEST(Gradients, NormOfSeveralTensorsIsThatOfAllTheirValues) {
  NamedTensors tensors{{"x", at::ones({3}).set_requires_grad(true)}, {"y", at::ones({200000}).set_requires_grad(true)}};
  tensors[0].second.mutable_grad() = at::full({3}, 4.0F);
  EXPECT_DOUBLE_EQ(gradient_norm(only_tensors(tensors)), std::sqrt(48.0));
  tensors[1].second.mutable_grad() = at::full({200000}, 0.5F);
  EXPECT_DOUBLE_EQ(gradient_norm(only_tensors(tensors)), std::sqrt(50048.0));
  clip_gradients(only_tensors(tensors), 100, 0);
  EXPECT_FLOAT_EQ(tensors[0].second.grad()[0].item<float>(), 4);
  clip_gradients(only_tensors(tensors), 100, 50);
  EXPECT_FLOAT_EQ(tensors[0].second.grad()[0].item<float>(), 2);
}

TEST(Gradients, NormIsNotFiniteWhenOneValueIsNot) {
  torch::Tensor tensor = at::ones({5}).set_requires_grad(true);
  tensor.mutable_grad() = at::full({5}, std::numeric_limits<float>::quiet_NaN());
  EXPECT_FALSE(std::isfinite(gradient_norm({tensor})));
}

} // namespace
} // namespace brainmvp::train
