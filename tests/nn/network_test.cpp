#include "nn/networks/network.h"

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
  for (const char* name : {"uniformer_tiny", "unet", "resenc_s", "mednext_s"}) {
    const torch::NoGradGuard no_gradient;
    const auto network = make_network(name);
    const Reconstruction result = network->forward(torch::rand({1, 1, 16, 32, 48}));
    EXPECT_EQ(result.image.sizes(), torch::IntArrayRef({1, 1, 16, 32, 48})) << name;
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
