// The MedNeXts have the names, features, logits and gradients of MONAI's, whose encoder has no name of its own.
#include <torch/types.h>

#include "checkpoint/encoder_transfer.h"
#include "nn/networks/backbones.h"
#include "public_networks.h"
#include "support/support.h"

namespace brainmvp::checkpoint {
namespace {

constexpr const char* kMonai = R"(
from monai.networks.nets import MedNeXtLarge, MedNeXtSmall
make = {'s': MedNeXtSmall, 'l': MedNeXtLarge}[saved['network'].split('_')[1]]
model = make(in_channels=2, out_channels=3, kernel_size=5 if saved['network'].endswith('k5') else 3, deep_supervision=True)
own = lambda name: name.removeprefix('encoder.')
model.load_state_dict({own(name): tensor for name, tensor in saved['state_dict'].items()})

features = []
for part in [*model.enc_stages, model.bottleneck]:
    part.register_forward_hook(lambda part, inputs, output: features.append(output))
model.double().train()
outputs = model(wide_input)
named = dict(model.named_parameters())
without_gradient = ('conv1.bias', ) # before a norm: nothing but rounding
compare(features, outputs, {name: named[own(name)] for name in saved['state_dict'] if not name.endswith(without_gradient)})
)";

class MednextNetworks : public testing::TestWithParam<std::string> {};

TEST_P(MednextNetworks, AreThoseOfMonai) { test::expect_equal_networks(GetParam(), {2, 2, 1, 2}, kMonai); }

INSTANTIATE_TEST_SUITE_P(All, MednextNetworks, testing::Values("mednext_s", "mednext_s_k5", "mednext_l"),
                         [](const auto& parameter) { return parameter.param; });

// Argument: the file to write.
constexpr const char* kSaveMonai = R"(
import sys, torch
from monai.networks.nets import MedNeXtSmall
torch.manual_seed(1)
model = MedNeXtSmall(in_channels=1, out_channels=3, kernel_size=3, deep_supervision=True)
torch.save({'state_dict': {'model.' + name: tensor for name, tensor in model.state_dict().items()}}, sys.argv[1])
)";

TEST(MednextWeights, OfMonaiAreTakenWhole) {
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder / "monai.pt";
  ASSERT_EQ(test::run_python(kSaveMonai, {file.string()}).exit_code, 0);
  const NamedTensors weights = read_weights(file);
  const auto network = nn::make_segmentation_network("mednext_s", 4, 3);
  const NamedTensors to = nn::state_tensors(*network);
  const EncoderTransfer transfer = transfer_encoder(weights, to, "encoder.stem.weight", Stem::kInflate);
  require_whole_encoder(transfer);
  EXPECT_TRUE(transfer.report.missing.empty() && transfer.report.unused.empty() && transfer.report.mismatched.empty())
      << transfer.summary();
  ASSERT_EQ(transfer.adapted.size(), 1U);
  EXPECT_EQ(transfer.adapted.front().first, "encoder.stem.weight");
}

} // namespace
} // namespace brainmvp::checkpoint
