// The residual encoder UNets have the names, features, logits and gradients of their public implementation.
#include <torch/types.h>

#include "checkpoint/encoder_transfer.h"
#include "nn/networks/backbones.h"
#include "public_networks.h"
#include "support/support.h"

namespace brainmvp::checkpoint {
namespace {

// nnU-Net registers tensors a second time under "all_modules" and "decoder.encoder".
constexpr const char* kNnunet = R"(
from torch import nn
from dynamic_network_architectures.architectures.unet import ResidualEncoderUNet

sizes = {'resenc_s': ([16, 32, 64, 128, 160], [1, 2, 2, 2, 2]),
         'resenc_l': ([32, 64, 128, 256, 320, 320], [1, 3, 4, 6, 6, 6])}
widths, blocks = sizes[saved['network']]
stages = len(widths)
model = ResidualEncoderUNet(
    input_channels=saved['input'].shape[1], n_stages=stages, features_per_stage=widths, conv_op=nn.Conv3d, kernel_sizes=3,
    strides=[1] + [2] * (stages - 1), n_blocks_per_stage=blocks, num_classes=saved['logits'].shape[1],
    n_conv_per_stage_decoder=1, conv_bias=True, norm_op=nn.InstanceNorm3d, norm_op_kwargs={'eps': 1e-5, 'affine': True},
    nonlin=nn.LeakyReLU, nonlin_kwargs={'inplace': True}, deep_supervision=True)
found = model.load_state_dict(saved['state_dict'], strict=False)
assert not found.unexpected_keys, found.unexpected_keys
assert all('all_modules' in k or k.startswith('decoder.encoder.') for k in found.missing_keys), found.missing_keys

model.double().train()
compare(model.encoder(wide_input), model(wide_input), dict(model.named_parameters()))
)";

class NnunetNetworks : public testing::TestWithParam<std::string> {};

TEST_P(NnunetNetworks, AreThoseOfThePublicImplementation) { test::expect_equal_networks(GetParam(), {1, 2, 2, 2}, kNnunet); }

// Arguments: the file to write, the number of input channels.
constexpr const char* kSaveNnunet = R"(
import sys, torch
from torch import nn
from dynamic_network_architectures.architectures.unet import ResidualEncoderUNet
torch.manual_seed(1)
model = ResidualEncoderUNet(
    input_channels=int(sys.argv[2]), n_stages=5, features_per_stage=[16, 32, 64, 128, 160], conv_op=nn.Conv3d, kernel_sizes=3,
    strides=[1, 2, 2, 2, 2], n_blocks_per_stage=[1, 2, 2, 2, 2], num_classes=3, n_conv_per_stage_decoder=1, conv_bias=True,
    norm_op=nn.InstanceNorm3d, norm_op_kwargs={'eps': 1e-5, 'affine': True}, nonlin=nn.LeakyReLU, deep_supervision=True)
torch.save({'network_weights': model.state_dict()}, sys.argv[1])
)";

TEST(NnunetWeights, OfAnotherProgramAreTakenWhole) {
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder / "nnunet.pth";
  ASSERT_EQ(test::run_python(kSaveNnunet, {file.string(), "1"}).exit_code, 0);
  const NamedTensors weights = read_weights(file);
  for (const auto& [name, tensor] : weights) {
    EXPECT_TRUE(!test::contains(name, "all_modules") && !name.starts_with("decoder.encoder.")) << name;
  }
  const auto network = nn::make_segmentation_network("resenc_s", 4, 3);
  const NamedTensors to = nn::state_tensors(*network);
  const EncoderTransfer transfer = transfer_encoder(weights, to, "encoder." + nn::backbone("resenc_s").stem, Stem::kInflate);
  require_whole_encoder(transfer);
  EXPECT_TRUE(transfer.report.missing.empty() && transfer.report.unused.empty() && transfer.report.mismatched.empty())
      << transfer.summary();
  ASSERT_EQ(transfer.adapted.size(), 1U);
  EXPECT_EQ(transfer.adapted.front().first, "encoder.stem.convs.0.conv.weight");
}

INSTANTIATE_TEST_SUITE_P(Both, NnunetNetworks, testing::Values("resenc_s", "resenc_l"),
                         [](const auto& parameter) { return parameter.param; });

} // namespace
} // namespace brainmvp::checkpoint
