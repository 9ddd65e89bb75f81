// What a fine-tuned checkpoint says about its model.
#include <ATen/ops/zeros.h>

#include <limits>

#include "base/error.h"
#include "checkpoint/checkpoint.h"
#include "example_model.h"
#include "support/support.h"

namespace brainmvp::infer {
namespace {

using checkpoint::Dict;
using checkpoint::List;
using checkpoint::Value;

// The message of the Error that reading `value` throws; empty when it throws none.
std::string refusal(const Value& value) {
  try {
    model::read_description(value, "runs/a/checkpoints/last.pt");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    return error.message();
  }
  return {};
}

// The same of the example with one entry replaced.
std::string refusal_with(const std::string& name, const Value& value) {
  Dict dict = model::description_entries(test::example_description());
  for (auto& [key, old] : dict) {
    if (key.text("key") == name) {
      old = value;
    }
  }
  return refusal({dict});
}

using test::expect_part;

void expect_same(const model::ModelDescription& a, const model::ModelDescription& b) {
  EXPECT_EQ(a.task, b.task);
  EXPECT_EQ(a.network, b.network);
  EXPECT_EQ(a.channels, b.channels);
  EXPECT_EQ(a.table.labels, b.table.labels);
  EXPECT_EQ(a.table.regions, b.table.regions);
  EXPECT_EQ(a.table.classes, b.table.classes);
  EXPECT_EQ(a.window, b.window);
  EXPECT_EQ(a.sizing, b.sizing);
  EXPECT_EQ(a.preparation, b.preparation);
  EXPECT_EQ(a.intensities, b.intensities);
  EXPECT_TRUE(a.templates.equal(b.templates));
  EXPECT_EQ(a.has_template, b.has_template);
}

TEST(Description, SurvivesAFile) {
  const test::TemporaryFolder folder;
  model::ModelDescription model = test::example_description();
  model.preparation.low_percentile = 2.5;
  model.preparation.z_scored = true;
  checkpoint::write_pt(folder / "segment.pt", {model::description_entries(model)});
  expect_same(model::read_description(checkpoint::read_pt(folder / "segment.pt"), "segment.pt"), model);
  EXPECT_EQ(model.outputs(), 3);
  EXPECT_EQ(model.intensities, store::Intensities::kUnclipped);
  EXPECT_FALSE(model.exclusive());

  model.task = "classify";
  model.sizing = model::Sizing::kResize;
  model.table = {.classes = {"HGG", "LGG"}};
  checkpoint::write_pt(folder / "classify.pt", {model::description_entries(model)});
  expect_same(model::read_description(checkpoint::read_pt(folder / "classify.pt"), "classify.pt"), model);
  EXPECT_EQ(model.outputs(), 2);
  EXPECT_TRUE(model.exclusive());
}

TEST(Description, OfARegressionKeepsItsUnits) {
  const test::TemporaryFolder folder;
  model::ModelDescription model = test::example_description();
  model.task = "regress";
  model.table = {};
  model.targets = {{.name = "age", .mean = 61.1, .deviation = 12.7}, {.name = "ml", .mean = -0.5, .deviation = 1e-3}};
  checkpoint::write_pt(folder / "regress.pt", {model::description_entries(model)});
  const model::ModelDescription read = model::read_description(checkpoint::read_pt(folder / "regress.pt"), "regress.pt");
  expect_same(read, model);
  ASSERT_EQ(read.output_names(), (std::vector<std::string>{"age", "ml"}));
  EXPECT_EQ(read.targets[0].mean, 61.1);
  EXPECT_EQ(read.targets[1].deviation, 1e-3);
  const auto refused = [&](double deviation) {
    model.targets[1].deviation = deviation;
    EXPECT_THROW((void)model::description_entries(model), Error) << deviation;
  };
  refused(0);
  refused(-1);
  refused(std::numeric_limits<double>::infinity());
  Dict entries = model::description_entries(read);
  std::erase_if(entries, [](const checkpoint::Entry& entry) { return entry.first.text("key") == "target_means"; });
  expect_part(refusal({entries}), "target_means");
}

TEST(Description, AnOlderFileWasTrainedOnClippedIntensities) {
  const test::TemporaryFolder folder;
  Dict entries = model::description_entries(test::example_description());
  std::erase_if(entries, [](const checkpoint::Entry& entry) { return entry.first.text("key") == "intensities"; });
  checkpoint::write_pt(folder / "old.pt", {entries});
  EXPECT_EQ(model::read_description(checkpoint::read_pt(folder / "old.pt"), "old.pt").intensities, store::Intensities::kClipped);
}

TEST(Description, RefusesAPreTrainingAndSaysWhatToDo) {
  Dict weights;
  weights.push_back({{std::string("rep_template")}, {at::zeros({8, 4, 4, 4})}});
  Dict checkpoint;
  checkpoint.push_back({{std::string("state_dict")}, {weights}});
  const std::string text = refusal({checkpoint});
  expect_part(text, "runs/a/checkpoints/last.pt");
  expect_part(text, "brainmvp finetune segment");
}

TEST(Description, RefusesPartsThatContradictEachOther) {
  EXPECT_EQ(refusal({model::description_entries(test::example_description())}), "");
  EXPECT_EQ(refusal_with("regions", {Dict{}}), ""); // then the labels exclude each other
  expect_part(refusal_with("task", {std::string("dream")}), "\"dream\"");
  expect_part(refusal_with("templates", {at::zeros({2, 4, 4, 4})}), "[2, 4, 4, 4]");
  expect_part(refusal_with("has_template", {List{{true}}}), "1 entries for 3");
  expect_part(refusal_with("window", {List{{std::int64_t{0}}, {std::int64_t{8}}, {std::int64_t{8}}}}), "0 voxels");
  expect_part(refusal_with("network", {std::int64_t{3}}), "network");
  Dict labels;
  labels.push_back({{std::string("core")}, {std::int64_t{300}}});
  expect_part(refusal_with("labels", {labels}), "300");
}

} // namespace
} // namespace brainmvp::infer
