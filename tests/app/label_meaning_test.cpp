// What the values of label maps mean, from the studies file to the scores, as a process.
#include "app/run_checks.h"
#include "io/image_file.h"
#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;
using test::contains;
using test::ProcessResult;
using test::run_brainmvp;

constexpr std::size_t kSide = 20;

// A head of its own for each id, and a mask whose planes k = 10 to 13 hold `value` and k = 14 to 19 `rest`.
void write_case(const fs::path& folder, const std::string& id, int value, int rest = 0) {
  image::Volume head{.size = {kSide, kSide, kSide}, .affine = {}, .data = test::fill(id, kSide * kSide * kSide)};
  for (float& voxel : head.data) {
    voxel += 2;
  }
  image::LabelVolume mask{.size = head.size, .affine = {}, .data = std::vector<std::int32_t>(head.data.size())};
  std::fill(mask.data.begin() + 10 * kSide * kSide, mask.data.begin() + 14 * kSide * kSide, value);
  std::fill(mask.data.begin() + 14 * kSide * kSide, mask.data.end(), rest);
  io::write_nifti(folder / (id + "_flair.nii.gz"), head);
  io::write_nifti(folder / (id + "_seg.nii.gz"), mask, {.type = io::StoredType::kUint8});
}

nlohmann::json entry_of(const std::string& id, const std::string& dataset = "") {
  nlohmann::json entry{{"id", id}, {"image", {id + "_flair.nii.gz"}}, {"label", id + "_seg.nii.gz"}};
  if (!dataset.empty()) {
    entry["dataset"] = dataset;
  }
  return entry;
}

ProcessResult finetune_once(const std::string& store, const std::string& run) {
  return run_brainmvp({"finetune", "segment", store, "-o", run, "--init", "scratch", "--recipe", "tiny", "--crop", "16",
                       "--steps", "1", "--batch-size", "1", "--threads", "1", "--precision", "fp32"});
}

TEST(LabelMeaning, OfSeveralDataSetsMustBeDeclared) {
  const test::TemporaryFolder folder;
  write_case(folder.path(), "a", 1);
  write_case(folder.path(), "b", 1);
  const auto result_with = [&](nlohmann::json list, const std::string& name) {
    list["training"] = {entry_of("a", "ATLAS"), entry_of("b", "ISLES")};
    test::write_text(folder / (name + ".json"), list.dump());
    EXPECT_EQ(run_brainmvp({"prepare", folder / (name + ".json"), "-o", folder / (name + "_store")}).exit_code, 0);
    return finetune_once(folder / (name + "_store"), folder / name);
  };
  const ProcessResult undeclared = result_with({}, "undeclared");
  EXPECT_EQ(undeclared.exit_code, 4) << undeclared.err;
  EXPECT_TRUE(contains(undeclared.err, "several data sets (ATLAS, ISLES)")) << undeclared.err;
  EXPECT_FALSE(fs::exists(folder / "undeclared/checkpoints"));
  const ProcessResult declared = result_with({{"labels", {{"background", 0}, {"lesion", 1}}}}, "declared");
  EXPECT_EQ(declared.exit_code, 0) << declared.err;
}

TEST(LabelMeaning, PrepareWarnsOfMasksThatFinetuneRefuses) {
  const test::TemporaryFolder folder;
  const std::vector<std::pair<std::string, std::array<int, 4>>> sets{{"binary", {1, 0, 255, 0}}, {"two", {1, 2, 1, 255}}};
  for (const auto& [name, values] : sets) {
    write_case(folder.path(), "a", values[0], values[1]);
    write_case(folder.path(), "b", values[2], values[3]);
    test::write_text(folder / (name + ".json"), nlohmann::json{{"training", {entry_of("a"), entry_of("b")}}}.dump());
    const ProcessResult prepared = run_brainmvp({"prepare", folder / (name + ".json"), "-o", folder / name});
    EXPECT_EQ(prepared.exit_code, 0) << prepared.err;
    EXPECT_TRUE(contains(prepared.err, "never stand in one label map")) << prepared.err;
    const ProcessResult trained = finetune_once(folder / name, folder / (name + "_run"));
    EXPECT_EQ(trained.exit_code, 4) << trained.err;
    EXPECT_TRUE(contains(trained.err, "never stand in one label map")) << trained.err;
  }
}

// The Dice of validation is that of `evaluate`, which leaves the ignored third of the volume out.
TEST(LabelMeaning, IgnoredVoxelsCountInNoDice) {
  const test::TemporaryFolder folder;
  for (const char* id : {"a", "v"}) {
    write_case(folder.path(), id, 1, 9);
  }
  const nlohmann::json labels{{"background", 0}, {"lesion", 1}, {"ignore", 9}};
  test::write_text(folder / "s.json",
                   nlohmann::json{{"training", {entry_of("a")}}, {"validation", {entry_of("v")}}, {"labels", labels}}.dump());
  ASSERT_EQ(run_brainmvp({"prepare", folder / "s.json", "-o", folder / "store"}).exit_code, 0);
  const ProcessResult trained = finetune_once(folder / "store", folder / "run");
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  const double validated = test::metrics(folder / "run").back().at("validation_dice_lesion");
  const ProcessResult predicted = run_brainmvp({"predict", folder / "run", folder / "s.json", "--split", "validation", "-o",
                                                folder / "out", "--threads", "1", "--precision", "fp32"});
  ASSERT_EQ(predicted.exit_code, 0) << predicted.err;
  const auto dice_with = [&](const nlohmann::json& table, const std::string& name) {
    test::write_text(folder / (name + "_table.json"), nlohmann::json{{"labels", table}}.dump());
    const ProcessResult scored = run_brainmvp({"evaluate", folder / "out", "--reference", folder / "s.json", "--split",
                                               "validation", "--table", folder / (name + "_table.json"), "-o",
                                               folder / (name + ".json"), "--labels", "lesion", "--bootstrap", "10"});
    EXPECT_EQ(scored.exit_code, 0) << scored.err;
    return nlohmann::json::parse(test::read_text(folder / (name + ".json"))).at("cases").at(0).at("dice").get<double>();
  };
  EXPECT_NEAR(validated, dice_with(labels, "ignoring"), 2e-3); // validation blends logits, predict blends probabilities
  EXPECT_GT(std::abs(validated - dice_with({{"background", 0}, {"lesion", 1}, {"other", 9}}, "counting")), 1e-2);
}

} // namespace
} // namespace brainmvp
