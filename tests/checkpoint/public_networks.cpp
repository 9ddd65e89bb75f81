#include "public_networks.h"

#include "checkpoint/checkpoint.h"
#include "nn/networks/backbones.h"
#include "nn/networks/initialisation.h"
#include "support/golden_tensors.h"

namespace brainmvp::test {
namespace {

using checkpoint::Dict;
using checkpoint::Value;

// Argument: the checkpoint.
constexpr const char* kCompare = R"(
import sys, torch

saved = torch.load(sys.argv[1], weights_only=True)
wide_input = saved['input'].double() # in single precision the public gradients are off by more than is allowed here

def close(name, ours, theirs, tolerance):
    assert ours.shape == theirs.shape, (name, ours.shape, theirs.shape)
    difference = (ours - theirs).abs().max().item() / theirs.abs().max().item()
    assert theirs.abs().max() > 0 and difference < tolerance, (name, difference)

def compare(features, outputs, named):
    assert len(features) == len(saved['features'])
    for i, (ours, theirs) in enumerate(zip(saved['features'], features)):
        close(f'feature {i}', ours, theirs, 1e-4)
    close('logits', saved['logits'], outputs[0], 1e-4)
    close('quarter', saved['quarter'], outputs[2], 1e-4)
    (outputs[0].square().mean() + outputs[2].square().mean()).backward()
    checked = 0
    for name, norm in saved['gradients'].items():
        theirs = named[name].grad.norm().item() if name in named else 0
        if theirs > 1e-6: # the bias before a norm has none but rounding
            assert abs(norm - theirs) < 1e-3 * theirs, (name, norm, theirs)
            checked += 1
    assert checked > len(saved['gradients']) / 2, checked
)";

} // namespace

void expect_equal_networks(const std::string& name, const std::array<std::int64_t, 4>& blocks, const std::string& python) {
  torch::manual_seed(4);
  const auto network = nn::make_segmentation_network(name, 2, 3);
  nn::initialise(*network, nn::Initialisation::kPyTorch);
  const std::int64_t multiple = nn::backbone(name).size_multiple;
  const torch::Tensor input = torch::randn({blocks[0], 2, blocks[1] * multiple, blocks[2] * multiple, blocks[3] * multiple});
  const auto encoder = network->named_children()["encoder"];
  checkpoint::List features;
  for (const torch::Tensor& feature : std::dynamic_pointer_cast<nn::Encoder>(encoder)->forward(input)) {
    features.push_back(Value{feature.detach().contiguous()});
  }
  const nn::Segmentation output = network->forward(input);
  (output.logits.square().mean() + output.quarter.square().mean()).backward();
  Dict state, gradients;
  for (const auto& [key, tensor] : nn::state_tensors(*network)) {
    state.emplace_back(Value{key}, Value{tensor.detach()});
    if (tensor.grad().defined()) {
      gradients.emplace_back(Value{key}, Value{tensor.grad().norm().item<double>()});
    }
  }
  const TemporaryFolder folder;
  checkpoint::write_pt(folder / "network.pt", Value{Dict{{Value{"network"}, Value{name}},
                                                         {Value{"state_dict"}, Value{state}},
                                                         {Value{"gradients"}, Value{gradients}},
                                                         {Value{"input"}, Value{input}},
                                                         {Value{"features"}, Value{features}},
                                                         {Value{"logits"}, Value{output.logits.detach()}},
                                                         {Value{"quarter"}, Value{output.quarter.detach()}}}});
  const ProcessResult result = run_python(kCompare + python, {(folder / "network.pt").string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

} // namespace brainmvp::test
