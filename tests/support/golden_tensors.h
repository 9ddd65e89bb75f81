// Tensors of the golden files: weights and inputs that both sides compute, and comparisons with summaries.
#pragma once

#include <ATen/Context.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "runtime/named_tensors.h"
#include "support/support.h"

namespace brainmvp::test {

// Where golden networks and kernels run, in full fp32.
inline at::Device device() {
  at::globalContext().setAllowTF32CuDNN(false);
  return at::Device(device_name());
}

// fill() of the golden README under `name`, in `shape`.
inline torch::Tensor filled(const std::string& name, torch::IntArrayRef shape) {
  const auto values = fill(name, static_cast<std::size_t>(c10::multiply_integers(shape)));
  return torch::tensor(values).view(shape);
}

// Fills every tensor of a state dict under its own name, as the golden README says.
inline void fill_state(const NamedTensors& state) {
  const torch::NoGradGuard no_gradient;
  for (auto [key, tensor] : state) {
    if (key.ends_with("num_batches_tracked")) {
      continue;
    }
    torch::Tensor v = filled(key, tensor.sizes());
    if (key.ends_with("running_mean")) {
      v = 0.1 * v;
    } else if (key.ends_with("running_var")) {
      v = 1 + 0.5 * v.abs();
    } else if (tensor.dim() == 1) {
      v = key.ends_with("weight") ? 1 + 0.1 * v : 0.1 * v;
    } else if (key != "rep_template") {
      v = v * std::sqrt(3.0 / static_cast<double>(tensor[0].numel()));
    }
    tensor.copy_(v);
  }
}

// Samples within 2e-5 of the standard deviation; std, l2 and mean likewise.
inline void expect_summary(const torch::Tensor& tensor, const nlohmann::json& summary, const std::string& what,
                           double tolerance = 2e-5) {
  EXPECT_EQ(tensor.sizes().vec(), summary.at("shape").get<std::vector<std::int64_t>>()) << what;
  const torch::Tensor values = tensor.detach().to(torch::kCPU, torch::kDouble).contiguous().view(-1);
  const double std = summary.at("std").get<double>();
  EXPECT_NEAR(values.std(false).item<double>(), std, tolerance * std) << what;
  EXPECT_NEAR(values.norm().item<double>(), summary.at("l2").get<double>(), tolerance * summary.at("l2").get<double>()) << what;
  EXPECT_NEAR(values.mean().item<double>(), summary.at("mean").get<double>(), tolerance * std) << what;
  for (std::size_t i = 0; i < summary.at("sample").size(); ++i) {
    EXPECT_NEAR(values[summary.at("sample_index")[i].get<std::int64_t>()].item<double>(), summary.at("sample")[i].get<double>(),
                tolerance * std)
        << what << " sample " << i;
  }
}

} // namespace brainmvp::test
