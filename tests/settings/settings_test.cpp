#include "settings/settings.h"

#include "base/error.h"
#include "support/support.h"

namespace brainmvp::settings {
namespace {

using test::expect_part;

enum class Start { kZero, kMean };

// A setting of each type.
struct Options {
  bool quiet = false;
  int fold = 1;
  std::int64_t batch = 2;
  std::uint64_t seed = 3;
  double rate = 0.5;
  std::string network;
  std::vector<std::string> channels;
  std::array<std::size_t, 3> crop{8, 8, 8};
  std::array<double, 2> bounds{0, 1};
  std::optional<std::uint64_t> steps;
  std::uint64_t epochs = 9;
  Start start = Start::kZero;
  double share = 0;
};

void add(Settings& settings, Options& options) {
  settings.add("train",
               {{.name = "quiet", .slot = options.quiet, .help = "q"},
                {.name = "fold", .slot = options.fold, .help = "f", .range = at_least(0)},
                {.name = "batch_size", .slot = options.batch, .help = "b", .range = at_least(1), .recipes = {{"tiny", {4}}}},
                {.name = "seed", .slot = options.seed, .help = "s"},
                {.name = "rate", .slot = options.rate, .help = "r", .range = between(0, 1), .recipes = {{"tiny", {1}}}},
                {.name = "share", .slot = options.share, .recipes = {{"tiny", {0.25}}}},
                {.name = "steps", .slot = options.steps, .help = "t", .range = at_least(1)},
                {.name = "epochs", .slot = options.epochs, .help = "e", .recipes = {{"tiny", {5}}}, .excludes = "steps"}});
  settings.add("net", {{.name = "network", .slot = options.network, .help = "n"},
                       {.name = "channels", .slot = options.channels, .help = "c"},
                       {.name = "crop", .slot = options.crop, .help = "w", .range = above(0)},
                       {.name = "bounds", .slot = options.bounds, .help = "x", .range = between(0, 9)},
                       {.name = "start", .slot = Slot(options.start, {"zero", "mean"}), .help = "z"}});
}

class SettingsOf : public testing::Test {
protected:
  SettingsOf() { add(settings_, options_); }

  void read(const std::string& toml) {
    test::write_text(folder_ / "c.toml", toml);
    settings_.read_file(folder_ / "c.toml", [](std::string_view key) { return std::string(key == "bs" ? "batch_size" : key); });
  }
  std::string refusal(const std::string& toml) {
    try {
      read(toml);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      return error.message();
    }
    return "accepted";
  }

  test::TemporaryFolder folder_;
  Options options_;
  Settings settings_;
};

TEST_F(SettingsOf, EveryTypeComesFromAFileAndGoesToOne) {
  const std::string toml =
      "[net]\nnetwork = \"unet\"\nchannels = [\"t1\", \"flair\"]\ncrop = [16, 16, 32]\nbounds = [0.5, 2.5]\nstart = \"mean\"\n\n"
      "[train]\nquiet = true\nfold = 2\nbatch_size = 3\nseed = \"18446744073709551615\"\nrate = 0.1\nsteps = 7\n";
  read(toml);
  EXPECT_TRUE(options_.quiet);
  EXPECT_EQ(options_.seed, 18446744073709551615ULL);
  EXPECT_EQ(options_.rate, 0.1);
  EXPECT_EQ(options_.crop, (std::array<std::size_t, 3>{16, 16, 32}));
  EXPECT_EQ(options_.bounds, (std::array<double, 2>{0.5, 2.5}));
  EXPECT_EQ(options_.start, Start::kMean);
  EXPECT_EQ(options_.steps, 7U);
  EXPECT_EQ(settings_.toml(), toml) << "epochs is left out, since steps was given";
}

TEST_F(SettingsOf, WhatIsNotGivenComesFromTheRecipe) {
  read("[train]\nbatch_size = 3\n");
  settings_.fill_recipe("tiny");
  EXPECT_EQ(options_.batch, 3);
  EXPECT_EQ(options_.rate, 1);
  EXPECT_EQ(options_.epochs, 5U);
  EXPECT_EQ(options_.share, 0.25);
  EXPECT_EQ(settings_.toml().find("share"), std::string::npos) << "it is no option";
  settings_.fill("rate", {0.5});
  EXPECT_EQ(options_.rate, 0.5) << "a task's word counts more than the recipe's";
  EXPECT_THROW(settings_.fill("share", {0.5}), Error) << "it is no option";
}

TEST_F(SettingsOf, StepsStandInsteadOfEpochs) {
  settings_.give("train", "steps", {"7"});
  read("[train]\nepochs = 3\n");
  settings_.fill_recipe("tiny");
  EXPECT_EQ(options_.epochs, 9U);
  EXPECT_EQ(settings_.toml().find("epochs"), std::string::npos);
}

TEST_F(SettingsOf, RefusesWhatDoesNotFit) {
  expect_part(refusal("[train]\nrate = 1.5\n"), "c.toml: line 2: --rate: expected a number from 0 to 1, found 1.5");
  expect_part(refusal("[train]\nrate = nan\n"), "--rate");
  expect_part(refusal("[train]\nrate = \"1e999\"\n"), "--rate");
  expect_part(refusal("[train]\nrate = true\n"), "found true");
  expect_part(refusal("[train]\nbatch_size = 2.5\n"), "--batch-size: expected a whole number from 1 up, found 2.5");
  expect_part(refusal("[train]\nbatch_size = 0\n"), "--batch-size");
  expect_part(refusal("[net]\nbounds = [1.0]\n"), "--bounds: expected 2 values, found 1");
  expect_part(refusal("[net]\nbounds = [1, 10]\n"), "--bounds: expected a number from 0 to 9, found 10");
  expect_part(refusal("[train]\nfold = 3000000000\n"), "--fold");
  expect_part(refusal("[train]\nseed = -1\n"), "--seed");
  expect_part(refusal("[train]\nquiet = 1\n"), "expected true or false, found 1");
  expect_part(refusal("[train]\nrate = [0.1, 0.2]\n"), "expected 1 value, found 2");
  expect_part(refusal("[net]\ncrop = [8, 8]\n"), "expected one number, or three for i, j and k, found 2");
  expect_part(refusal("[net]\ncrop = 0\n"), "--crop: expected a whole number above 0, found 0");
  expect_part(refusal("[net]\nchannels = []\n"), "expected at least 1, found 0");
  expect_part(refusal("[net]\nstart = \"maen\"\n"), "expected zero, mean, found maen; did you mean mean?");
  expect_part(refusal("[train]\nratte = 1\n"), "unknown key train.ratte; did you mean train.rate?");
  expect_part(refusal("[train]\nshare = 1\n"), "unknown key train.share");
  expect_part(refusal("[train]\nbatch_size = 2\nbs = 3\n"), "stands in this file by two names");
  expect_part(refusal("[train]\nsteps = 2\nepochs = 3\n"), "excludes another key of this file");
}

TEST(Settings, OwnersShareANameAndOnlyOneStays) {
  double first = 0;
  double second = 0;
  double other = 0;
  Settings settings;
  settings.add("pretrain", {{.name = "mask_rate", .slot = first, .help = "m"}}, "mae");
  settings.add("pretrain", {{.name = "mask_rate", .slot = second, .help = "m"}, {.name = "warp", .slot = other, .help = "w"}},
               "genesis");
  settings.give("pretrain", "mask_rate", {0.5});
  EXPECT_EQ(first + second, 1);
  Settings chosen = settings;
  chosen.keep_owner("mae", "--objective mae");
  EXPECT_EQ(chosen.toml(), "[pretrain]\nmask_rate = 0.5\n");
  settings.give("pretrain", "warp", {1});
  try {
    settings.keep_owner("mae", "--objective mae");
    FAIL() << "accepted";
  } catch (const Error& error) {
    expect_part(error.message(), "--warp is a setting of genesis, not of --objective mae; leave it out");
  }
}

} // namespace
} // namespace brainmvp::settings
