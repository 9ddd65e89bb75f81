#include "checkpoint/encoder_transfer.h"

#include <algorithm>
#include <map>

#include "checkpoint_support.h"
#include "nn/networks/backbones.h"
#include "nn/networks/classification.h"
#include "nn/networks/network.h"
#include "nn/networks/segmentation.h"
#include "support/golden_tensors.h"
#include "support/support.h"

namespace brainmvp::checkpoint {
namespace {

using test::expect_refused;

constexpr const char* kUniFormerStem = "encoder.patch_embed1.proj.weight";
constexpr const char* kUNetStem = "encoder.conv1a.weight";

// What the networks call a tensor of the decoder of pre-training and of that of segmentation, and how many tensors their heads
// have.
struct Names {
  std::string unused, missing;
  std::size_t of_heads = 6;
};
const std::map<std::string, Names> kNames{
    {"uniformer_tiny", {.unused = "decoder.decoder5.transp_conv.conv.weight", .missing = "ms_out.0.weight"}},
    {"unet", {.unused = "up4conva.weight", .missing = "ms_out.0.weight"}},
    {"resenc_s", {.unused = "reconstruction.ups.0.weight", .missing = "decoder.seg_layers.0.weight", .of_heads = 8}},
    {"mednext_s", {.unused = "reconstruction.ups.0.weight", .missing = "out_0.conv_out.weight", .of_heads = 10}}};

// A pre-training network whose tensors are filled, and its state with the templates in front.
NamedTensors pretrained(nn::ReconstructionNetwork& network) {
  test::fill_state(nn::state_tensors(network));
  NamedTensors weights = nn::state_tensors(network);
  weights.emplace(weights.begin(), "rep_template", at::ones({8, 2, 2, 2}));
  return weights;
}

bool contains(const std::vector<std::string>& names, const std::string& name) { return std::ranges::count(names, name) == 1; }

class EncoderTransferOf : public testing::TestWithParam<std::string> {
protected:
  EncoderTransferOf() { torch::manual_seed(5); }

  const std::shared_ptr<nn::ReconstructionNetwork> source_ = nn::make_network(GetParam());
  const NamedTensors from_ = pretrained(*source_);
  const std::string stem_ = "encoder." + nn::backbone(GetParam()).stem;
};

// Every tensor of both sides is in exactly one list.
void expect_complete(const EncoderTransfer& transfer, const NamedTensors& from, const NamedTensors& to) {
  const auto& report = transfer.report;
  EXPECT_EQ(report.loaded.size() + report.missing.size() + report.mismatched.size() + transfer.adapted.size(), to.size());
  EXPECT_EQ(report.loaded.size() + report.unused.size() + report.mismatched.size() + transfer.adapted.size(), from.size());
}

TEST_P(EncoderTransferOf, SeveralChannelsAreTakenByTheirNames) {
  const auto source = nn::make_network(GetParam(), nn::Decoder::kSkips, 3);
  const NamedTensors from = pretrained(*source);
  const auto network = nn::make_segmentation_network(GetParam(), 2, 1);
  const NamedTensors to = nn::state_tensors(*network);
  const auto stem_of = [&](const NamedTensors& state) {
    return std::ranges::find(state, stem_, &NamedTensors::value_type::first)->second;
  };
  const at::Tensor drawn = stem_of(to).detach().clone();
  const EncoderTransfer transfer = transfer_encoder(from, to, stem_, Stem::kInflate, nn::backbone(GetParam()).outputs,
                                                    {.from = {"t1", "flair", "t2"}, .to = {"t2", "dwi"}});
  require_whole_encoder(transfer);
  expect_complete(transfer, from, to);
  ASSERT_FALSE(transfer.adapted.empty());
  EXPECT_EQ(transfer.adapted.front(),
            (std::pair<std::string, std::string>{stem_, "channels t2 of t1, flair, t2; as initialised: dwi"}));
  EXPECT_TRUE(stem_of(to).select(1, 0).equal(stem_of(from).select(1, 2)));
  EXPECT_TRUE(stem_of(to).select(1, 1).equal(drawn.select(1, 1)));
}

TEST_P(EncoderTransferOf, ADecoderWithSkipsIsTakenButForItsOutputs) {
  const auto source = nn::make_network(GetParam(), nn::Decoder::kSkips);
  const NamedTensors from = pretrained(*source);
  const auto network = nn::make_segmentation_network(GetParam(), 3, 1); // one output, as the pre-training has
  const NamedTensors to = nn::state_tensors(*network);
  const std::vector<std::string> outputs = nn::backbone(GetParam()).outputs;
  const EncoderTransfer transfer = transfer_encoder(from, to, stem_, Stem::kInflate, outputs);
  require_whole_encoder(transfer);
  expect_complete(transfer, from, to);
  EXPECT_TRUE(transfer.report.mismatched.empty());
  ASSERT_FALSE(transfer.report.missing.empty());
  for (const std::string& name : transfer.report.missing) {
    EXPECT_TRUE(std::ranges::any_of(outputs, [&](const std::string& prefix) { return name.starts_with(prefix); })) << name;
  }
  for (const auto& [name, change] : transfer.adapted) {
    EXPECT_TRUE(name == stem_ || name == "decoder.proj1.proj.weight") << name;
  }
}

TEST_P(EncoderTransferOf, EqualChannelsGiveThePretrainedFeatures) {
  const torch::NoGradGuard no_gradient;
  const auto network = nn::make_classification_network(GetParam(), 3, 2);
  const NamedTensors to = nn::state_tensors(*network);
  const EncoderTransfer transfer = transfer_encoder(from_, to, stem_, Stem::kInflate);
  expect_complete(transfer, from_, to);
  ASSERT_EQ(transfer.adapted.size(), 1U);
  EXPECT_EQ(transfer.adapted.front().first, stem_);
  EXPECT_EQ(transfer.report.missing, (std::vector<std::string>{"head.weight", "head.bias"}));
  EXPECT_TRUE(contains(transfer.report.unused, "rep_template"));

  source_->eval();
  network->eval();
  const torch::Tensor x = torch::rand({1, 1, 32, 16, 32});
  const torch::Tensor pooled = source_->forward(x).features.back().mean({2, 3, 4});
  auto parameters = network->named_parameters();
  const torch::Tensor expected = at::linear(pooled, parameters["head.weight"], parameters["head.bias"]);
  EXPECT_LT((network->forward(x.expand({1, 3, 32, 16, 32})) - expected).abs().max().item<double>(), 1e-5);
}

TEST_P(EncoderTransferOf, AReinitialisedStemKeepsItsStart) {
  const auto network = nn::make_segmentation_network(GetParam(), 4, 3);
  const NamedTensors to = nn::state_tensors(*network);
  const at::Tensor before = network->named_parameters()[stem_].detach().clone();
  const EncoderTransfer transfer = transfer_encoder(from_, to, stem_, Stem::kReinitialise);
  expect_complete(transfer, from_, to);
  EXPECT_TRUE(at::equal(network->named_parameters()[stem_].detach(), before));
  ASSERT_EQ(transfer.adapted.size(), 1U);
  EXPECT_NE(transfer.adapted[0].second.find("left as initialised: 1 input channel"), std::string::npos);
}

TEST_P(EncoderTransferOf, AStemOfEqualChannelCountIsLoadedAsItIs) {
  const NamedTensors to = nn::state_tensors(*nn::make_segmentation_network(GetParam(), 1, 3));
  for (const Stem stem : {Stem::kInflate, Stem::kReinitialise}) {
    const EncoderTransfer transfer = transfer_encoder(from_, to, stem_, stem);
    EXPECT_TRUE(transfer.adapted.empty());
    EXPECT_TRUE(contains(transfer.report.loaded, stem_));
  }
}

TEST_P(EncoderTransferOf, TheDecoderOfPretrainingIsUnusedAndNamedSo) {
  const NamedTensors to = nn::state_tensors(*nn::make_segmentation_network(GetParam(), 4, 3));
  const EncoderTransfer transfer = transfer_encoder(from_, to, stem_, Stem::kInflate);
  for (const std::string& name : transfer.report.loaded) {
    EXPECT_TRUE(name.starts_with("encoder.")) << name;
  }
  EXPECT_TRUE(contains(transfer.report.unused, kNames.at(GetParam()).unused));
  EXPECT_TRUE(contains(transfer.report.missing, kNames.at(GetParam()).missing));
}

TEST_P(EncoderTransferOf, AFineTunedNetworkIsLoadedWhole) {
  const auto earlier = nn::make_segmentation_network(GetParam(), 4, 3);
  test::fill_state(nn::state_tensors(*earlier));
  const NamedTensors from = nn::state_tensors(*earlier);
  const NamedTensors to = nn::state_tensors(*nn::make_segmentation_network(GetParam(), 4, 3));
  const EncoderTransfer transfer = transfer_encoder(from, to, stem_, Stem::kInflate);
  EXPECT_EQ(transfer.report.loaded.size(), to.size());
  for (std::size_t i = 0; i < to.size(); ++i) {
    EXPECT_TRUE(at::equal(from[i].second, to[i].second)) << to[i].first;
  }
  // Other outputs: the heads do not fit, all else does.
  const NamedTensors other = nn::state_tensors(*nn::make_segmentation_network(GetParam(), 4, 2));
  EXPECT_EQ(transfer_encoder(from, other, stem_, Stem::kInflate).report.mismatched.size(), kNames.at(GetParam()).of_heads);
}

TEST_P(EncoderTransferOf, ABareEncoderOfAnyFloatingTypeIsConverted) {
  for (const at::ScalarType type : {at::kBFloat16, at::kHalf, at::kDouble}) {
    NamedTensors bare;
    for (const auto& [name, tensor] : from_) {
      std::string own = name;
      for (const std::string prefix : {"encoder.", "uniformer."}) {
        own = own.starts_with(prefix) ? own.substr(prefix.size()) : own;
      }
      bare.emplace_back(own, tensor.is_floating_point() ? tensor.to(type) : tensor);
    }
    const auto network = nn::make_classification_network(GetParam(), 2, 2);
    const EncoderTransfer transfer = transfer_encoder(bare, nn::state_tensors(*network), stem_, Stem::kInflate);
    EXPECT_EQ(transfer.report.missing.size(), 2U);
    EXPECT_TRUE(transfer.report.mismatched.empty());
    const auto& source = std::ranges::find(bare, stem_.substr(8), &NamedTensors::value_type::first)->second;
    const at::Tensor expected = (source.to(at::kFloat) / 2).expand({-1, 2, -1, -1, -1});
    EXPECT_TRUE(at::equal(network->named_parameters()[stem_].detach(), expected)) << c10::toString(type);
  }
}

INSTANTIATE_TEST_SUITE_P(Both, EncoderTransferOf, testing::Values("uniformer_tiny", "unet", "resenc_s", "mednext_s"),
                         [](const auto& parameter) { return parameter.param; });

TEST(EncoderTransfer, SummaryNamesWholePartsOnceAndSingleTensorsByName) {
  const NamedTensors from{{"rep_template", at::ones({2})},
                          {"encoder.uniformer.patch_embed1.proj.weight", at::ones({2, 1, 2, 2, 2})},
                          {"encoder.uniformer.blocks1.0.norm1.weight", at::ones({2})},
                          {"encoder.uniformer.blocks1.0.norm1.bias", at::ones({2})},
                          {"encoder.uniformer.norm.weight", at::ones({5})},
                          {"encoder.uniformer.extra", at::ones({5})},
                          {"decoder.decoder5.a", at::ones({2})},
                          {"decoder.decoder4.a", at::ones({2})}};
  const NamedTensors to{{"encoder.patch_embed1.proj.weight", at::zeros({2, 4, 2, 2, 2})},
                        {"encoder.blocks1.0.norm1.weight", at::zeros({2})},
                        {"encoder.blocks1.0.norm1.bias", at::zeros({2})},
                        {"encoder.norm.weight", at::zeros({2})},
                        {"encoder.norm.bias", at::zeros({2})},
                        {"decoder.decoder5.a", at::zeros({2})},
                        {"decoder.decoder5.b", at::zeros({2})}};
  EXPECT_EQ(transfer_encoder(from, to, kUniFormerStem, Stem::kInflate).summary(),
            "2 of the model's 7 tensors were loaded\n"
            "loaded (2): encoder.blocks1.* (2)\n"
            "adapted (1): encoder.patch_embed1.proj.weight (inflated from 1 to 4 input channels, divided by 4)\n"
            "not in the file, left as initialised (3): encoder.norm.bias, decoder.* (2)\n"
            "not used by the model (4): encoder.uniformer.extra, rep_template, decoder.* (2)\n"
            "do not fit, left as initialised (1): encoder.norm.weight (shape [5] in the file, [2] in the model)");
  EXPECT_TRUE(at::equal(to[0].second, at::full({2, 4, 2, 2, 2}, 0.25F)));
  EXPECT_TRUE(at::equal(to[5].second, at::zeros({2})));
}

TEST(EncoderTransfer, AnotherNetworkIsRefusedWithWhatWasFound) {
  const NamedTensors tiny = nn::state_tensors(*nn::make_network("uniformer_tiny"));
  const NamedTensors unet = nn::state_tensors(*nn::make_segmentation_network("unet", 4, 3));
  const NamedTensors small = nn::state_tensors(*nn::make_classification_network("uniformer_small", 4, 3));
  expect_refused([&] { transfer_encoder(tiny, unet, kUNetStem, Stem::kInflate); }, "no tensor of the encoder fits: found ");
  expect_refused([&] { transfer_encoder(tiny, small, kUniFormerStem, Stem::kInflate); },
                 "has shape [32, 1, 2, 2, 2] there and [64, 4, 2, 2, 2]");
  expect_refused([&] { transfer_encoder({{"layer.weight", at::ones({2})}}, unet, kUNetStem, Stem::kInflate); }, "(layer.weight)");
  expect_refused([&] { transfer_encoder({}, unet, kUNetStem, Stem::kInflate); }, "found 0 tensors (none)");
}

TEST(EncoderTransfer, OneTensorUnderTwoNamesIsRefused) {
  const NamedTensors from{{"encoder.norm.bias", at::ones({2})}, {"encoder.uniformer.norm.bias", at::ones({2})}};
  expect_refused(
      [&] {
        transfer_encoder(from, {{"encoder.norm.bias", at::zeros({2})}}, kUniFormerStem, Stem::kInflate);
      },
      "encoder.norm.bias and encoder.uniformer.norm.bias are the same one");
}

} // namespace
} // namespace brainmvp::checkpoint
