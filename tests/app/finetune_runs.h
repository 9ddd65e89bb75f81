// Runs of `brainmvp finetune` as a process, on a small store with a small network.
#pragma once

#include "app/run_checks.h"
#include "store/handmade_store.h"

namespace brainmvp::test {

class FinetuneRuns : public testing::Test {
protected:
  using Arguments = std::vector<std::string>;

  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    constexpr auto kValidation = study::Split::kValidation;
    write_handmade_store(
        *folder_ / "store",
        {{.id = "anna",
          .size = {20, 18, 16},
          .modalities = {"t1", "t2", "flair"},
          .label = true,
          .label_values = 2,
          .class_name = "AD"},
         {.id = "berta", .size = {17, 23, 19}, .modalities = {"t1", "t2"}, .label = true, .label_values = 2, .class_name = "CN"},
         {.id = "carla", .size = {12, 16, 30}, .modalities = {"t1"}, .label = true, .label_values = 1, .class_name = "CN"},
         {.id = "dora", .size = {18, 18, 18}, .modalities = {"t1"}},
         {.id = "emma",
          .size = {18, 18, 18},
          .modalities = {"t1", "flair"},
          .label = true,
          .split = kValidation,
          .label_values = 2,
          .class_name = "AD"},
         {.id = "fini",
          .size = {16, 18, 18},
          .modalities = {"flair"},
          .label = true,
          .split = kValidation,
          .label_values = 2,
          .class_name = "CN"}});
    const ProcessResult pretrained = run_brainmvp({"pretrain", store(), "-o", run("pre"), "--recipe", "tiny", "--crop", "16",
                                                   "--steps", "1", "--template-size", "24", "24", "32"});
    ASSERT_EQ(pretrained.exit_code, 0) << pretrained.err;
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static std::string store() { return *folder_ / "store"; }
  static std::filesystem::path run(const std::string& name) { return *folder_ / name; }

  // A command that makes a run of `name`, with options that `more` may replace.
  static Arguments command(const std::string& kind, const std::string& name, const Arguments& more = {}) {
    const std::vector<Arguments> defaults{{"--recipe", "tiny"}, {"--crop", "16"},       {"--threads", "1"},
                                          {"--seed", "7"},      {"--steps", "6"},       {"--checkpoint-every", "2"},
                                          {"--keep", "3"},      {"--init", run("pre")}, {"--validate-every", "3"}};
    return with_options({"finetune", kind, store(), "-o", run(name)}, defaults, more);
  }
  static ProcessResult finetune(const std::string& kind, const std::string& name, const Arguments& more = {}) {
    return run_brainmvp(command(kind, name, more));
  }

private:
  static inline TemporaryFolder* folder_ = nullptr;
};

} // namespace brainmvp::test
