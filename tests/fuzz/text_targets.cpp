#include "fuzz/text_targets.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "io/config_file.h"
#include "study/class_source.h"
#include "study/embedded_texts.h"
#include "study/studies_file.h"
#include "study/study_id.h"
#include "study/task_file.h"

namespace brainmvp::fuzz {
namespace {

void check_study(const study::Study& study) {
  require(study::is_safe_id(study.id), "an id names a folder below its store");
  require(!study.images.empty() && !study.modalities.empty(), "a study has images");
  for (const std::string& modality : study.modalities) {
    require(study::is_safe_modality(modality), "a modality names a file in its folder");
  }
  for (const std::filesystem::path& image : study.images) {
    require(image.is_absolute() && image.native().find('\0') == std::string::npos, "an image has a whole path");
  }
  (void)study::patient_of(study);
}

} // namespace

void run_studies(Input input) {
  if (input.size() > kLargestInput) {
    return;
  }
  const ScratchFile file(input, ".json");
  study::StudiesFile studies;
  if (!accepts([&] { studies = study::read_studies_file(file.path()); })) {
    return;
  }
  std::ranges::for_each(studies.studies, check_study);
  const ScratchFile copy({}, "_copy.json");
  study::write_studies_file(copy.path(), studies);
  const study::StudiesFile again = study::read_studies_file(copy.path()); // what we write, we read
  require(again.studies.size() == studies.studies.size(), "no study is lost");
  const auto order = [](study::StudiesFile& list) { std::ranges::sort(list.studies, {}, &study::Study::id); };
  study::StudiesFile mine = again;
  order(mine);
  order(studies);
  for (std::size_t i = 0; i < mine.studies.size(); ++i) {
    const study::Study& a = studies.studies[i];
    const study::Study& b = mine.studies[i];
    require(a.id == b.id && a.modalities == b.modalities && a.images == b.images && a.label == b.label && a.split == b.split &&
                a.class_name == b.class_name && a.fold == b.fold,
            "a study is read back as it was written");
  }
}

std::string seed_studies(std::size_t number) {
  constexpr std::array<const char*, 5> kSeeds{
      R"({"training": [{"image": ["a-t1n.nii.gz", "a-t2f.nii.gz"], "label": "a-seg.nii.gz"}], "test": ["b_t1.nii"]})",
      R"({"training": [{"id": "p1", "image": ["p1/x.nii"], "modality": ["t1"], "class": 1, "fold": 2, "patient": "p"}],
          "validation": [{"image": "q_flair.nii", "class": [0, 1], "dataset": "d"}], "classes": ["a", "b"]})",
      R"({"modality": {"0": "FLAIR", "1": "T1w"}, "labels": {"0": "background", "1": "edema"}, "training": [{"image": "a.nii"}]})",
      R"({"channel_names": {"0": "T1"}, "labels": {"background": 0, "whole": [1, 2], "core": 2}, "regions": {"r": [1, 2]},
          "training": []})",
      R"({"modalities": ["mtr"], "testing": [{"image": "a.nii", "modality": "mtr", "label": null}]})"};
  return number < kSeeds.size() ? kSeeds[number] : "";
}

void run_config(Input input) {
  if (input.size() > kLargestInput) {
    return;
  }
  const std::string text = text_of(input);
  std::vector<io::ConfigEntry> entries;
  if (accepts([&] { entries = io::read_config_text(text, "input.toml"); })) {
    std::string written;
    for (const io::ConfigEntry& entry : entries) {
      if (std::ranges::all_of(io::texts_of(entry.values), [](const std::string& value) { return is_utf8(value); })) {
        written += "k" + std::to_string(written.size()) + " = " + io::toml_text(entry.values) + "\n";
      }
    }
    require(written.size() > (1U << 20) || accepts([&] { (void)io::read_config_text(written, "written.toml"); }) ||
                std::ranges::any_of(split(written, "\n"), [](const std::string& line) { return line.size() > 4096; }),
            "values that are written are read back");
  }
  (void)accepts([&] { (void)study::read_task("input", text, "input.toml"); });
  const ScratchFile file(input, ".toml");
  (void)accepts([&] { (void)study::ModalityTable::with_file(file.path()); });
}

std::string seed_config(std::size_t number) {
  constexpr std::array<const char*, 2> kSeeds{
      "seed = 3\n[train]\nsteps = 10\nlearning_rate = 3e-4\nmodalities = [\"t1\", \"flair\"]\nresume = true\n",
      "[modalities]\nt1 = [\"图像\"]\nmtr = [\"MT-ratio\"]\n[labels]\nwords = [\"roi\"]\n[skipped]\nold = \"replaced files\"\n"};
  if (number < kSeeds.size()) {
    return kSeeds[number];
  }
  const auto texts = study::embedded_texts();
  return number - kSeeds.size() < texts.size() ? std::string(texts[number - kSeeds.size()].text) : "";
}

void run_table(Input input) {
  if (input.size() > kLargestInput) {
    return;
  }
  const std::array<study::StudyKey, 4> studies{
      {{"sub-01_ses-1", "sub-01"}, {"011_S_0021_I543543", "011_S_0021"}, {"a", "a"}, {}}};
  const ScratchFile file(input, !input.empty() && input.front() == std::byte{'i'} ? ".csv" : ".tsv");
  for (const auto& keys : {std::vector<std::string>{}, std::vector<std::string>{"id"}}) {
    study::ClassJoin join;
    const bool read = accepts([&] {
      join = study::join_classes({.files = {file.path()}, .columns = {"dx", "class"}, .keys = keys, .values = {{"1", "one"}}},
                                 studies);
    });
    require(!read || join.classes.size() == studies.size(), "a class or none for every study");
    study::Findings findings;
    study::report_join(join, findings);
  }
}

std::string seed_table(std::size_t number) {
  constexpr std::array<const char*, 3> kSeeds{
      "id,class\nsub-01,1\n\"a\",\"b \"\"c\"\"\"\n", "participant_id\tDX\nsub-01\t1.0\nsub-02\t-999\n",
      "Image Data ID\tSubject\tdx\nI543543\t011_S_0021\tCN\n543543\t011_S_0021\tMCI\n\t\t\n"};
  return number < kSeeds.size() ? kSeeds[number] : "";
}

} // namespace brainmvp::fuzz
