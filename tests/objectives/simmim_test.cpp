#include <gtest/gtest.h>
#include <torch/torch.h>

#include "constant_network.h"
#include "objective_case.h"
#include "objectives/blocks.h"

namespace brainmvp::objectives {
namespace {

using torch::Tensor;

class SimMim : public testing::Test, protected ObjectiveCase {
protected:
  std::unique_ptr<Objective> objective() const { return make("simmim", {{"mask_rate", {0.5}}}); }

  static Tensor hidden_voxels(const Batch& batch, std::size_t b) {
    return block_mask({draw_kept_blocks(stream_of(batch, b, {}, "mask"), 8, 0.5)}, {16, 16, 16}, 8)[0][0].logical_not();
  }
};

// The UNet's deepest token stands for 8^3 voxels: with weights 0, the linear layer's biases are what is restored there.
TEST_F(SimMim, LossIsTheMeanDifferenceOverHiddenVoxelsOnly) {
  const auto made = objective();
  make_constant(*made, "restoration.bias", 0);
  for (const auto& [name, tensor] : made->parameters()) {
    if (name == "restoration.bias") {
      const torch::NoGradGuard no_gradient;
      tensor.copy_(torch::arange(512) / 512.0);
    }
  }
  const Batch given = batch(*made, 2);
  double sum = 0, squares = 0;
  for (std::size_t b = 0; b < 2; ++b) {
    const Tensor image = given.images[static_cast<std::int64_t>(b)][0][0].contiguous();
    const Tensor hidden = hidden_voxels(given, b).contiguous();
    for (std::int64_t voxel = 0; voxel < 4096; ++voxel) {
      const std::int64_t i = voxel / 256, j = voxel / 16 % 16, k = voxel % 16;
      const double restored = static_cast<double>((i % 8 * 8 + j % 8) * 8 + k % 8) / 512;
      const double difference = image.const_data_ptr<float>()[voxel] - restored;
      sum += hidden.const_data_ptr<bool>()[voxel] ? std::abs(difference) : 0;
      squares += hidden.const_data_ptr<bool>()[voxel] ? difference * difference : 0;
    }
  }
  const NamedTensors terms = made->losses(given, {});
  EXPECT_NEAR(terms.at(0).second.item<double>(), sum / 4096, 1e-6);
  EXPECT_EQ(terms.at(1).first, "mse");
  EXPECT_NEAR(terms.at(1).second.item<double>(), squares / 4096, 1e-6);
  EXPECT_NEAR(made->validation({{"loss", 0.3}, {"mse", 0.01}}).back().second, 20, 1e-12) << "dB";
}

// A hidden voxel is a target alone: the derivative of the loss is that of |x - output| / N, whatever the network does.
TEST_F(SimMim, HiddenVoxelsDoNotReachTheNetworkAndTheirValueIsLearned) {
  const auto made = objective();
  Batch given = batch(*made, 1);
  given.images.requires_grad_();
  made->losses(given, {}).front().second.backward();
  const Tensor of_hidden = given.images.grad()[0][0][0].masked_select(hidden_voxels(given, 0));
  EXPECT_TRUE(at::allclose(of_hidden.abs(), torch::full_like(of_hidden, 1.0 / 2048), 1e-4, 0));
  for (const auto& [name, tensor] : made->parameters()) {
    if (name == "mask_value") {
      EXPECT_NE(tensor.grad().item<double>(), 0);
    }
  }
}

} // namespace
} // namespace brainmvp::objectives
