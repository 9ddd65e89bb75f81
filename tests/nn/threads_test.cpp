// The same bits whatever the number of threads: features, images, logits and all gradients of every network.
#include <ATen/Parallel.h>

#include "nn/networks/backbones.h"
#include "support/support.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

struct Threads {
  explicit Threads(int count) : before(at::get_num_threads()) { at::set_num_threads(count); }
  ~Threads() { at::set_num_threads(before); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  int before;
};

// Of one step of a module, by name: outputs, then gradients.
using Results = std::vector<std::pair<std::string, Tensor>>;

Results step(torch::nn::Module& module, const std::function<std::vector<Tensor>()>& forward, int threads) {
  const Threads scope(threads);
  torch::manual_seed(7);
  module.zero_grad();
  const std::vector<Tensor> outputs = forward();
  Results results;
  std::vector<Tensor> directions;
  for (const Tensor& output : outputs) {
    results.emplace_back("output " + std::to_string(results.size()), output.detach().clone());
    directions.push_back(at::sin(at::arange(output.numel(), output.options())).view(output.sizes()));
  }
  torch::autograd::backward(outputs, directions);
  for (const auto& parameter : module.named_parameters()) {
    if (parameter.value().grad().defined()) {
      results.emplace_back(parameter.key(), parameter.value().grad().clone());
    }
  }
  return results;
}

void expect_same_bits(torch::nn::Module& module, const std::function<std::vector<Tensor>()>& forward) {
  const Results one = step(module, forward, 1);
  const Results three = step(module, forward, 3);
  ASSERT_EQ(three.size(), one.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_TRUE(three[i].second.equal(one[i].second))
        << one[i].first << " differs by " << (three[i].second - one[i].second).abs().max().item<double>();
  }
}

class OfBackbone : public testing::TestWithParam<std::string> {};

TEST_P(OfBackbone, AReconstructionHasTheSameBitsWithAnyNumberOfThreads) {
  const auto network = make_network(GetParam());
  const Tensor x = at::rand({2, 1, 32, 32, 48});
  expect_same_bits(*network, [&] {
    const Reconstruction result = network->forward(x);
    std::vector<Tensor> outputs = result.features;
    outputs.push_back(result.image);
    return outputs;
  });
}

TEST_P(OfBackbone, ASegmentationHasTheSameBitsWithAnyNumberOfThreads) {
  const auto network = make_segmentation_network(GetParam(), 4, 3);
  const Tensor x = at::rand({2, 4, 32, 32, 48});
  expect_same_bits(*network, [&] {
    const Segmentation result = network->forward(x);
    std::vector<Tensor> outputs{result.logits};
    outputs.insert(outputs.end(), result.deeper.begin(), result.deeper.end());
    return outputs;
  });
}

INSTANTIATE_TEST_SUITE_P(All, OfBackbone, testing::Values("uniformer_tiny", "unet", "resenc_s", "mednext_s"),
                         [](const auto& row) { return row.param; });

} // namespace
} // namespace brainmvp::nn
