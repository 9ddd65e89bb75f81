#include "nn/networks/network.h"

#include "base/error.h"
#include "nn/networks/backbones.h"
#include "nn/networks/segmentation.h"
#include "support/support.h"

namespace brainmvp::nn {
namespace {

void expect_golden_state(const std::string& network, const std::string& file) {
  // An ordered parse keeps the order of the file.
  const auto golden = nlohmann::ordered_json::parse(test::read_text(test::golden(file)));
  const auto tensors = state_tensors(*make_network(network));
  ASSERT_EQ(tensors.size() + 1, golden.size());
  auto expected = golden.begin();
  EXPECT_EQ(expected.key(), "rep_template");
  for (const auto& [name, tensor] : tensors) {
    ++expected;
    EXPECT_EQ(name, expected.key());
    EXPECT_EQ(tensor.sizes().vec(), expected.value().get<std::vector<std::int64_t>>()) << name;
  }
}

TEST(Network, UniFormerSmallHasThePublicNamesAndShapes) {
  expect_golden_state("uniformer_small", "state_dict_pretrain_uniformer_small.json");
}

TEST(Network, UNetHasThePublicNamesAndShapes) { expect_golden_state("unet", "state_dict_pretrain_unet.json"); }

TEST(Network, UnknownNameGivesTheNearest) {
  try {
    make_network("uniformer_smal");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kUsage);
    EXPECT_NE(error.message().find("did you mean uniformer_small?"), std::string::npos) << error.message();
  }
}

TEST(Network, RefusesSizesThatAreNoMultiple) {
  const auto network = make_network("uniformer_tiny");
  EXPECT_THROW(network->forward(torch::zeros({1, 1, 32, 40, 32})), Error);
  EXPECT_THROW(network->forward(torch::zeros({1, 2, 32, 32, 32})), Error);
  EXPECT_THROW(network->forward(torch::zeros({32, 32, 32})), Error);
  EXPECT_THROW(make_network("unet")->forward(torch::zeros({1, 1, 32, 36, 32})), Error);
}

TEST(Network, EveryNetworkKeepsTheSizeOfAnUnevenBox) {
  for (const char* name : {"uniformer_tiny", "unet", "resenc_s", "mednext_s"}) {
    const torch::NoGradGuard no_gradient;
    const auto network = make_network(name);
    const Reconstruction result = network->forward(torch::rand({1, 1, 16, 32, 48}));
    EXPECT_EQ(result.image.sizes(), torch::IntArrayRef({1, 1, 16, 32, 48})) << name;
  }
}

// Names, features and image are those of the segmentation network, whose decoder learns, but for its deeper heads.
TEST(Network, ADecoderWithSkipsIsThatOfTheSegmentation) {
  for (const char* name : {"uniformer_tiny", "unet", "resenc_s", "mednext_s"}) {
    const auto network = make_network(name, Decoder::kSkips, 2);
    const auto segmentation = make_segmentation_network(name, 2, 2);
    const NamedTensors own = state_tensors(*network), others = state_tensors(*segmentation);
    ASSERT_EQ(own.size(), others.size()) << name;
    for (std::size_t i = 0; i < own.size(); ++i) {
      EXPECT_EQ(own[i].first, others[i].first);
      const torch::NoGradGuard no_gradient;
      torch::Tensor(others[i].second).copy_(own[i].second);
    }
    const torch::Tensor x = torch::rand({1, 2, 32, 32, 48});
    const Reconstruction result = network->forward(x);
    const Segmentation expected = segmentation->forward(x);
    EXPECT_TRUE(torch::allclose(result.image, expected.logits, 1e-4, 1e-4)) << name;
    EXPECT_EQ(result.features.size(), backbone(name).widths.size());
    result.image.square().mean().backward();
    for (const auto& [parameter, tensor] : parameters_of(*network)) {
      const bool of_head = parameter.find("seg_layers") != std::string::npos || parameter.starts_with("ms_out") ||
                           parameter.starts_with("out_blocks");
      EXPECT_TRUE(tensor.grad().defined() || of_head) << name << ": " << parameter;
    }
  }
}

// Instance norm would leave the same features of every image.
TEST(Network, ADeepestFeatureOfOneVoxelIsRefused) {
  for (const char* name : {"resenc_s", "mednext_s"}) {
    EXPECT_THROW(make_network(name)->forward(torch::rand({1, 1, 16, 16, 16})), Error) << name;
  }
}

TEST(Network, BaseIsDeeperThanSmall) {
  EXPECT_EQ(state_tensors(*make_network("uniformer_base")).size() - state_tensors(*make_network("uniformer_small")).size(),
            6 * 22U + 16 * 14U);
}

} // namespace
} // namespace brainmvp::nn
