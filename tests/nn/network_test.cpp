#include "nn/network.h"

#include "base/error.h"
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
  for (const char* name : {"uniformer_tiny", "unet"}) {
    const torch::NoGradGuard no_gradient;
    const auto network = make_network(name);
    const Reconstruction result = network->forward(torch::rand({1, 1, 16, 32, 48}));
    EXPECT_EQ(result.image.sizes(), torch::IntArrayRef({1, 1, 16, 32, 48})) << name;
  }
}

TEST(Network, StartsAreDeterministicAndAsThePublicCode) {
  torch::manual_seed(7);
  const auto first = state_tensors(*make_network("uniformer_tiny"));
  torch::manual_seed(7);
  const auto second = state_tensors(*make_network("uniformer_tiny"));
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_TRUE(first[i].second.equal(second[i].second)) << first[i].first;
    if (first[i].first == "encoder.uniformer.blocks3.0.attn.qkv.weight") {
      EXPECT_NEAR(first[i].second.std().item<double>(), 0.02, 5e-4);
    }
    if (first[i].first == "encoder.uniformer.blocks2.0.conv1.weight") {
      EXPECT_NEAR(first[i].second.abs().max().item<double>(), 0.125, 1e-3); // 1 / sqrt(64)
    }
  }
}

TEST(Network, BaseIsDeeperThanSmall) {
  EXPECT_EQ(state_tensors(*make_network("uniformer_base")).size() - state_tensors(*make_network("uniformer_small")).size(),
            6 * 22U + 16 * 14U);
}

} // namespace
} // namespace brainmvp::nn
