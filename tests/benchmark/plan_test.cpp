// Plans: what is expanded from them, and how wrong ones are refused.
#include "benchmark/plan.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "benchmark/cells.h"
#include "benchmark/runner.h"
#include "benchmark/small_plan.h"

namespace brainmvp::benchmark {
namespace {
namespace fs = std::filesystem;

using test::expect_part;

class Plans : public testing::Test {
protected:
  std::string refusal(const std::string& from, const std::string& to) {
    std::string text = test::kSmallPlan;
    const std::size_t place = text.find(from);
    EXPECT_NE(place, std::string::npos) << from;
    test::write_text(file_, text.replace(place, from.size(), to));
    return test::message_of([&] { static_cast<void>(cells_of(read_plan(file_), {})); });
  }
  std::vector<Cell> cells() {
    test::write_text(file_, test::kSmallPlan);
    return cells_of(read_plan(file_), {});
  }

  test::TemporaryFolder folder_;
  fs::path file_ = folder_ / "plan.toml";
};

std::vector<std::string> names_of(const std::vector<Cell>& cells) {
  std::vector<std::string> names;
  std::ranges::transform(cells, std::back_inserter(names), &Cell::name);
  return names;
}

const Cell& cell_named(const std::vector<Cell>& cells, const std::string& name) {
  const auto found = std::ranges::find(cells, name, &Cell::name);
  EXPECT_NE(found, cells.end()) << name;
  return *found;
}

TEST_F(Plans, CellsStandBehindWhatTheyNeed) {
  const std::vector<Cell> all = cells();
  EXPECT_EQ(
      names_of(all),
      (std::vector<std::string>{
          "data-atrophy", "store-atrophy-2", "tune-scratch-uniformer_tiny-atrophy-2-f1-lr0.001-er0.1",
          "tune-scratch-uniformer_tiny-atrophy-2-f1-lr0.001-er1", "test-scratch-uniformer_tiny-atrophy-2-f1", "data-pretraining",
          "pretrain-simclr-uniformer_tiny-p1", "tune-simclr-uniformer_tiny-atrophy-2-p1-f1-lr0.001-er0.1",
          "tune-simclr-uniformer_tiny-atrophy-2-p1-f1-lr0.001-er1", "test-simclr-uniformer_tiny-atrophy-2-p1-f1",
          "test-scratch-uniformer_tiny-atrophy-2-f2", "test-simclr-uniformer_tiny-atrophy-2-p1-f2"}));
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (const std::string& need : all[i].needs) {
      EXPECT_LT(std::ranges::find(all, need, &Cell::name) - all.begin(), static_cast<std::ptrdiff_t>(i)) << all[i].name;
    }
  }
}

TEST_F(Plans, ComputeIsTheSameForObjectivesOfTwoCrops) {
  std::vector<std::uint64_t> voxels;
  for (const auto& [name, half] : {std::pair("mae", "samples"), std::pair("simclr", "samples"), std::pair("simclr", "steps")}) {
    std::string text = test::kSmallPlan;
    for (std::size_t place = text.find("simclr"); place != std::string::npos; place = text.find("simclr", place + 6)) {
      text.replace(place, 6, name);
    }
    text += std::string("half = \"") + half + "\"\n";
    test::write_text(file_, text);
    const std::vector<Cell> all = cells_of(read_plan(file_), {});
    const Cell& cell = cell_named(all, std::string("pretrain-") + name + "-uniformer_tiny-p1");
    voxels.push_back(cell.voxels);
    EXPECT_EQ(cell.steps, std::string(half) == "steps" ? 2U : 4U);
  }
  EXPECT_EQ(voxels, (std::vector<std::uint64_t>(3, 4ULL * 4 * 16 * 16 * 16)));
}

TEST_F(Plans, SubsetsOfModalitiesAreTestedWithTheFirstSeedsOnly) {
  std::string text = test::kSmallPlan;
  text.replace(text.find("steps = 4\nbatch_size = 2"), 9, "only = [\"t1\"]\nsteps = 4");
  test::write_text(file_, text);
  const std::vector<Cell> all = cells_of(read_plan(file_), {});
  expect_part(cell_named(all, "test-scratch-uniformer_tiny-atrophy-2-f1").recipe, "/predictions-t1 --only t1\n");
  EXPECT_FALSE(test::contains(cell_named(all, "test-scratch-uniformer_tiny-atrophy-2-f2").recipe, "--only"));
}

TEST_F(Plans, SeedsOfAControlAreThoseOfFineTuningOnly) {
  const auto all = names_of(cells());
  EXPECT_EQ(std::ranges::count_if(all, [](const std::string& name) { return name.starts_with("test-scratch"); }), 2);
}

TEST_F(Plans, SaysWhatIsWrong) {
  expect_part(refusal("spacing", "spcing"), "line 6: unknown key spcing; did you mean spacing?");
  expect_part(refusal("\"simclr\"]", "\"simclt\"]"), "objectives: objective 'simclt' is unknown; did you mean simclr?");
  expect_part(refusal("[objective.simclr]\n", "[objective.other]\nlabelled = [2]\n"),
              "[objective.other] is not in the list `objectives`; add it there, or take the table out");
  expect_part(refusal("[objective.simclr]\n", "[objective.simclr]\nobjective = \"simcl\"\n"),
              "objective 'simcl' is unknown; did you mean simclr?");
  expect_part(refusal("test = 2", "test = 0"),
              "task.atrophy.test: is missing: without test patients there is nothing to compare");
  expect_part(refusal("labelled = [2]", "labelled = [4, 2]"), "task.atrophy.labelled: expected numbers that grow");
  expect_part(refusal("labelled = [2]", "labelled = [\"two\"]"), "task.atrophy.labelled: expected numbers above 0, found two");
  expect_part(refusal("[objective.simclr]\n", "[objective.simclr]\nlabelled = [24]\n"),
              "objective.simclr.labelled: no task has 24 labelled patients");
  expect_part(refusal("kind = \"classify\"", "kind = \"sort\""), "expected segment, classify, regress, found sort");
  expect_part(refusal("kind = \"classify\"", "kind = \"regress\""), "task.atrophy.target: is the column");
  expect_part(refusal("batch_size = 4", "batch_size = 3"), "pretrain.batch_size: must be even for simclr");
  expect_part(refusal("kind = \"classify\"", "kind = \"classify\"\ndata = \"adni\""), "task.atrophy: expected either `data`");
  expect_part(refusal("studies = 4\n", "studies = 4\ndata = \"adni\"\n"), "pretrain: expected either `data`");
}

TEST_F(Plans, DataThatTheCommandLineLacksIsNamed) {
  const std::string simulated = "[task.atrophy.simulate]\nlayout = \"adni\"\nskull = \"strip\"\n";
  std::string text = test::kSmallPlan;
  text.replace(text.find(simulated), simulated.size(), "");
  text.replace(text.find("kind"), 4, "data = \"adni\"\nkind");
  test::write_text(file_, text);
  EXPECT_EQ(test::message_of([&] { static_cast<void>(cells_of(read_plan(file_), {})); }),
            "the plan wants a data set named adni; add --data adni=FOLDER");
}

TEST_F(Plans, AFolderOfAnotherPlanIsRefused) {
  const std::vector<Cell> all = cells();
  const fs::path folder = folder_ / "out";
  check_folder(folder, all); // that is not there yet
  const fs::path cell = folder / folder_of(all.back().name);
  fs::create_directories(cell);
  test::write_text(cell / kRecipeName, all.back().recipe + "\n");
  check_folder(folder, all);
  test::write_text(cell / kRecipeName, all.back().recipe + " --steps 9\n");
  expect_part(test::message_of([&] { check_folder(folder, all); }), "belongs to another plan, whose " + all.back().name);
  fs::create_directories(folder_ / "photos/2020");
  expect_part(test::message_of([&] { check_folder(folder_ / "photos", all); }), "is not the folder of a benchmark");
}

TEST_F(Plans, TestHeadsAreOfTheTestOnly) {
  for (const char* name : {"a", "b", "c"}) {
    fs::create_directories(folder_ / "heads");
    test::write_text(folder_ / "heads" / (std::string(name) + ".nii.gz"), name);
  }
  test::write_text(file_, std::string("test_heads = 1\n") + test::kSmallPlan);
  const std::vector<Cell> all = cells_of(read_plan(file_), {.data = {}, .anatomy = folder_ / "heads"});
  EXPECT_EQ(all.front().name, "anatomy");
  const std::string recipe = cell_named(all, "data-atrophy").recipe;
  for (const auto& [cohort, heads] :
       {std::pair("training", "training"), std::pair("validation", "training"), std::pair("test", "test")}) {
    const std::size_t line = recipe.find("--output cells/data-atrophy/" + std::string(cohort) + " ");
    const std::string command = recipe.substr(line, recipe.find('\n', line) - line);
    expect_part(command, "--anatomy cells/anatomy/" + std::string(heads) + " ");
  }
  expect_part(cell_named(all, "data-pretraining").recipe, "--anatomy cells/anatomy/training ");
  const fs::path root = folder_ / "out";
  fs::create_directories(root / folder_of("anatomy"));
  all.front().work(Workplace(root, "", "anatomy", 1, [] { return false; }));
  EXPECT_TRUE(fs::exists(root / "cells/anatomy/training/b.nii.gz"));
  EXPECT_TRUE(fs::exists(root / "cells/anatomy/test/c.nii.gz"));
  EXPECT_FALSE(fs::exists(root / "cells/anatomy/training/c.nii.gz"));
}

// The numbers behind --heads of each `simulate` of a recipe, by the folder that it writes.
std::map<std::string, std::set<std::string>> heads_in(const std::string& recipe) {
  std::map<std::string, std::set<std::string>> heads;
  for (const std::string& line : split(recipe, "\n")) {
    const std::vector<std::string> words = split(line, " ");
    const auto after = [&](const char* option) {
      const auto found = std::ranges::find(words, option);
      return found == words.end() ? std::string() : *(found + 1);
    };
    if (words.front() == "simulate") {
      const std::vector<std::string> numbers = split(after("--heads"), ",");
      heads[fs::path(after("--output")).filename()].insert(numbers.begin(), numbers.end());
    }
  }
  return heads;
}

TEST_F(Plans, ShippedHeadsOfTheTestAreInNoTraining) {
  for (const char* kept : {"1", "2", "6"}) { // of the program's own at most a third
    test::write_text(file_, std::string("test_heads = ") + kept + "\n" + test::kSmallPlan);
    const std::vector<Cell> all = cells_of(read_plan(file_), {});
    std::set<std::string> trained = heads_in(cell_named(all, "data-pretraining").recipe).at("training");
    std::map<std::string, std::set<std::string>> dealt = heads_in(cell_named(all, "data-atrophy").recipe);
    ASSERT_EQ(dealt.size(), 3U);
    trained.insert(dealt["training"].begin(), dealt["training"].end());
    trained.insert(dealt["validation"].begin(), dealt["validation"].end());
    EXPECT_EQ(dealt["test"].size(), std::string(kept) == "1" ? 1U : 2U) << kept;
    EXPECT_EQ(trained.size() + dealt["test"].size(), 6U) << kept;
    for (const std::string& head : dealt["test"]) {
      EXPECT_FALSE(trained.contains(head)) << head;
    }
  }
}

TEST(Objectives, AreThoseOfPretrain) {
  std::vector<std::string> names;
  for (const auto& [name, crops] : crops_of_objectives()) {
    if (crops > 0) {
      names.push_back(name);
    }
  }
  const std::string help = test::run_brainmvp({"pretrain", "--help"}).out;
  const std::size_t start = help.find("--objective TEXT:{") + 18;
  std::vector<std::string> known = split(help.substr(start, help.find('}', start) - start), ",");
  std::ranges::sort(known);
  EXPECT_EQ(names, known);
}

TEST(PlansOfTheProject, CanBeRead) {
  std::size_t plans = 0;
  for (const auto& entry : fs::directory_iterator(test::golden("../../plans"))) {
    SCOPED_TRACE(entry.path());
    const Plan plan = read_plan(entry.path());
    std::map<std::string, fs::path> data;
    for (const Task& task : plan.tasks) {
      data[task.source.data] = "/data";
    }
    data[plan.pretraining.data] = "/data";
    EXPECT_GT(cells_of(plan, {.data = data, .anatomy = {}}).size(), 10U);
    ++plans;
  }
  EXPECT_GE(plans, 2U);
}

} // namespace
} // namespace brainmvp::benchmark
