// The features of the middle of a prepared image by a pre-trained encoder: features CHECKPOINT NETWORK IMAGE.nii.gz
#include <torch/torch.h>

#include <exception>
#include <iostream>

#include "checkpoint/checkpoint.h"
#include "io/image_file.h"
#include "nn/networks/network.h"

namespace {

// [1, 1, 32, 32, 32] about the centre, where a file's first axis is the last in memory.
torch::Tensor middle(brainmvp::image::Volume& volume) {
  constexpr std::int64_t kSide = 32;
  const auto side = [&](std::size_t axis) { return static_cast<std::int64_t>(volume.size[axis]); };
  torch::Tensor values = torch::from_blob(volume.data.data(), {side(2), side(1), side(0)}).permute({2, 1, 0});
  for (std::int64_t axis = 0; axis < 3; ++axis) {
    values = values.narrow(axis, (values.size(axis) - kSide) / 2, kSide);
  }
  return values.contiguous().view({1, 1, kSide, kSide, kSide});
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: features CHECKPOINT NETWORK IMAGE.nii.gz\n";
    return 2;
  }
  try {
    const auto network = brainmvp::nn::make_network(argv[2]);
    brainmvp::checkpoint::transfer(brainmvp::checkpoint::read_weights(argv[1]), brainmvp::nn::state_tensors(*network));
    network->eval();
    const torch::NoGradGuard no_gradient;
    brainmvp::image::Volume image = brainmvp::io::read_image(argv[3]).channels.at(0);
    for (const torch::Tensor& feature : network->forward(middle(image)).features) {
      std::cout << feature.sizes() << " mean " << feature.mean().item<float>() << '\n';
    }
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
