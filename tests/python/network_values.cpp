// What a segmentation network of the program gives, for the tests of the Python package:
//   network_values NETWORK CHANNELS OUTPUTS H,W,D FOLDER [training]
// writes FOLDER/weights.safetensors (its state dict) and FOLDER/values.safetensors: input; of the network in use, in float,
// feature.N and evaluated (its logits); with "training", of the network in training, in double, logits, deeper.0 and .1,
// gradient.NAME of the mean of all logits times loss_weights, state.NAME, its buffers after that, and stepped.NAME, its
// parameters in float after a step of the program's optimizer.
#include <torch/nn/module.h>
#include <torch/utils.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "nn/networks/encoder.h"
#include "nn/networks/network.h"
#include "nn/networks/segmentation.h"
#include "train/adamw.h"

namespace brainmvp {
namespace {

constexpr double kLearningRate = 1e-3;

torch::Tensor drawn_input(std::int64_t channels, const std::string& sides) {
  std::vector<std::int64_t> shape{1, channels};
  std::istringstream stream(sides);
  for (std::string side; std::getline(stream, side, ',');) {
    shape.push_back(std::stoll(side));
  }
  return torch::rand(shape);
}

// Away from where all norms are 1 and all offsets 0, so that a name that is mixed up shows.
void disturb(torch::nn::Module& network) {
  const torch::NoGradGuard no_gradient;
  for (auto& [name, tensor] : nn::state_tensors(network)) {
    if (tensor.dim() == 1) {
      tensor.add_(torch::rand_like(tensor), name.ends_with("running_var") ? 0.3 : 0.1);
    }
  }
}

void add_use(nn::SegmentationNetwork& network, const torch::Tensor& input, NamedTensors& values) {
  const torch::NoGradGuard no_gradient;
  network.eval();
  values.emplace_back("evaluated", network.forward(input).logits);
  const auto encoder = std::dynamic_pointer_cast<nn::Encoder>(network.named_children()["encoder"]);
  std::size_t number = 0;
  for (const torch::Tensor& feature : encoder->forward(input)) {
    values.emplace_back("feature." + std::to_string(number++), feature.contiguous());
  }
}

// In double: in float rounding puts single voxels on the other side of a leaky ReLU's kink, which changes gradients by steps.
void add_training(nn::SegmentationNetwork& network, const torch::Tensor& input, NamedTensors& values) {
  network.to(torch::kDouble);
  network.train();
  const nn::Segmentation result = network.forward(input.to(torch::kDouble));
  const torch::Tensor weights = torch::rand_like(result.logits);
  torch::Tensor loss = (result.logits * weights).mean();
  values.emplace_back("loss_weights", weights);
  values.emplace_back("logits", result.logits.detach().contiguous());
  for (std::size_t i = 0; i < result.deeper.size(); ++i) {
    loss = loss + (result.deeper[i] * weights).mean();
    values.emplace_back("deeper." + std::to_string(i), result.deeper[i].detach().contiguous());
  }
  loss.backward();
  for (const auto& [parameter, tensor] : nn::parameters_of(network)) {
    if (tensor.grad().defined()) {
      values.emplace_back("gradient." + parameter, tensor.grad().contiguous());
    }
  }
  for (const auto& buffer : network.named_buffers()) {
    values.emplace_back("state." + buffer.key(), buffer.value());
  }
}

void add_step(const nn::SegmentationNetwork& network, NamedTensors& values) {
  NamedTensors parameters;
  for (const auto& [name, tensor] : nn::parameters_of(network)) {
    parameters.emplace_back(name, tensor.detach().to(torch::kFloat).requires_grad_());
    parameters.back().second.mutable_grad() = tensor.grad().defined() ? tensor.grad().to(torch::kFloat) : torch::Tensor();
  }
  train::AdamW(parameters, {.weight_decay = 1e-2}).step(kLearningRate);
  for (const auto& [name, tensor] : parameters) {
    values.emplace_back("stepped." + name, tensor.detach());
  }
}

void write_values(const std::vector<std::string>& arguments) {
  const std::filesystem::path folder = arguments[4];
  const std::int64_t channels = std::stoll(arguments[1]);
  torch::manual_seed(1);
  const auto network = nn::make_segmentation_network(arguments[0], channels, std::stoll(arguments[2]));
  disturb(*network);
  checkpoint::write_safetensors(folder / "weights.safetensors", nn::detached_state(*network));
  const torch::Tensor input = drawn_input(channels, arguments[3]);
  NamedTensors values{{"input", input}};
  add_use(*network, input, values);
  if (arguments.size() > 5) {
    add_training(*network, input, values);
    add_step(*network, values);
  }
  checkpoint::write_safetensors(folder / "values.safetensors", values);
}

} // namespace
} // namespace brainmvp

int main(int argc, char** argv) {
  if (argc < 6) {
    return EXIT_FAILURE;
  }
  brainmvp::write_values({argv + 1, argv + argc});
  return EXIT_SUCCESS;
}
