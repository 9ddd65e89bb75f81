#include "infer/input.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "checkpoint/inspection.h"
#include "io/image_file.h"
#include "study/index.h"
#include "study/name_reading.h"
#include "study/patient_words.h"
#include "study/study_id.h"
#include "train/run_folder.h"

namespace brainmvp::infer {
namespace fs = std::filesystem;
namespace {

using Kind = study::FileRole::Kind;

[[noreturn]] void refuse_file(const fs::path& file, const std::string& reason) {
  throw Error(ExitCode::kBadInput, file.string() + ": " + reason);
}

std::string modality_of_loose(const fs::path& file, const study::ModalityTable& table) {
  const study::FileRole role = table.role(file);
  if (role.kind == Kind::kLabel) {
    refuse_file(file, "is a label map by its name (" + role.name + "); images are expected, leave it out");
  }
  if (role.kind == Kind::kSkipped) {
    refuse_file(file, "is no image of a modality by its name (" + role.name +
                          "); leave it out, or name its modality with "
                          "--modality NAME=FILE");
  }
  if (role.kind == Kind::kUnknown) {
    refuse_file(file, "its name says no modality; name it with --modality NAME=FILE, for example --modality t1=" +
                          file.filename().string());
  }
  return role.name;
}

// BIDS: the id of the subject and the session alone ("sub-01_ses-2").
std::string loose_id(const std::vector<fs::path>& images, const study::ModalityTable& table) {
  const std::string stem = io::image_stem(images.front());
  if (!stem.starts_with("sub-")) {
    return study::id_from_files(images, table);
  }
  const std::vector<std::string> words = split(stem, "_");
  const bool session = words.size() > 1 && words[1].starts_with("ses-");
  return study::safe_id(session ? words[0] + "_" + words[1] : words[0]);
}

// Whether the names of two files say two patients or sessions: by their BIDS entities, else by the words before the modality.
bool of_other_patients(const fs::path& a, const fs::path& b, const study::ModalityTable& table) {
  const std::string stem_a = io::image_stem(a);
  const std::string stem_b = io::image_stem(b);
  const auto contradict = [&](std::string_view key) {
    const std::string in_a = study::entity_value(stem_a, key);
    const std::string in_b = study::entity_value(stem_b, key);
    return !in_a.empty() && !in_b.empty() && in_a != in_b;
  };
  if (contradict("sub-") || contradict("ses-")) {
    return true;
  }
  const std::string prefix_a = table.role(a).prefix;
  const std::string prefix_b = table.role(b).prefix;
  const bool bids = stem_a.starts_with("sub-") && stem_b.starts_with("sub-");
  if (bids || prefix_a == stem_a || prefix_b == stem_b) { // a whole stem: a pattern or the JSON beside it says the modality
    return false;
  }
  const std::string words_a = study::normal_name(study::patient_words(prefix_a));
  const std::string words_b = study::normal_name(study::patient_words(prefix_b));
  return !words_a.empty() && !words_b.empty() && !study::starts_with_words(words_a, words_b) &&
         !study::starts_with_words(words_b, words_a);
}

// Two images of one modality are left to check_modalities.
void refuse_other_patients(const std::vector<fs::path>& files, const study::Study& study, const study::ModalityTable& table) {
  for (std::size_t i = 0; i < files.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (study.modalities[i] != study.modalities[j] && of_other_patients(files[j], files[i], table)) {
        refuse_file(files[i], "is of another patient or session than " + files[j].string() +
                                  " by its name, and loose files are one study; predict them separately, or, where they are of "
                                  "one, state the modality: --modality " +
                                  study.modalities[i] + "=" + files[i].filename().string());
      }
    }
  }
}

bool is_same_file(const fs::path& a, const fs::path& b) {
  std::error_code error;
  return fs::equivalent(a, b, error);
}

// Files that `named` has too are given once, by their stated modality.
void leave_out_named(const InputOptions& options, std::vector<fs::path>& files) {
  std::erase_if(files, [&options](const fs::path& file) {
    return std::ranges::any_of(options.named, [&file](const auto& one) { return is_same_file(one.second, file); });
  });
}

study::Study loose_study(const InputOptions& options, const std::vector<fs::path>& files,
                         const std::vector<std::string>& channels) {
  study::Study study{.split = study::Split::kTest};
  for (const fs::path& file : files) {
    study.images.push_back(fs::absolute(file));
    study.modalities.push_back(modality_of_loose(file, options.table));
  }
  for (const auto& [name, file] : options.named) {
    const auto canonical = options.table.canonical(name);
    if (!canonical) {
      throw Error(ExitCode::kUsage, "--modality " + name + "=...: " + name + " is no known modality");
    }
    if (!fs::is_regular_file(file)) {
      refuse_file(file, "does not exist or is no file; --modality " + name + "=... expects an image");
    }
    study.images.push_back(fs::absolute(file));
    study.modalities.push_back(*canonical);
  }
  for (std::size_t i = 0; i < study.images.size(); ++i) {
    if (std::ranges::count(channels, study.modalities[i]) == 0) {
      refuse_file(study.images[i],
                  "is " + study.modalities[i] + ", which the model does not take; it takes " + join(channels, ", "));
    }
  }
  refuse_other_patients(files, study, options.table);
  study.id = loose_id(study.images, options.table);
  return study;
}

void add_folder(const fs::path& folder, const InputOptions& options, std::vector<study::Study>& studies) {
  if (fs::exists(folder / "store.json")) {
    refuse_file(folder, "is a store, which has no way back to the images' own files; name the studies file or the images");
  }
  study::Index index = study::index_studies({.inputs = {folder},
                                             .layouts = {options.layout},
                                             .table = options.table,
                                             .depth = study::Depth::kHeader,
                                             .threads = options.threads});
  for (const study::Notice& notice : index.notices) {
    if (std::ranges::count(index.left_out, notice.study, &study::Study::id) == 0) {
      log::warning(notice.study + ": " + notice.text);
    }
  }
  std::ranges::move(index.file.studies, std::back_inserter(studies));
  std::ranges::move(index.left_out, std::back_inserter(studies)); // they fail in their turn, and are named and counted
}

void add_studies_file(const fs::path& file, const InputOptions& options, std::vector<study::Study>& studies) {
  for (study::Study& study : study::read_studies_file(file, options.table).studies) {
    const bool listed = options.splits.empty() || std::ranges::count(options.splits, study.split) > 0;
    const bool held_out = !options.fold || (study.fold == options.fold && study.split != study::Split::kTest);
    if (listed && held_out) {
      studies.push_back(std::move(study));
    }
  }
}

void refuse_twin_ids(const std::vector<study::Study>& studies) {
  for (std::size_t i = 0; i < studies.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (studies[i].id == studies[j].id) {
        throw Error(ExitCode::kBadInput, "two studies have the id " + studies[i].id +
                                             ", so that one's output would replace the other's; predict them separately");
      }
    }
  }
}

// Leaves the other modalities out, as if they had not been taken.
void keep_only(const InputOptions& options, std::vector<study::Study>& studies) {
  std::vector<std::string> kept;
  for (const std::string& name : options.only) {
    kept.push_back(options.table.canonical(name).value_or(""));
    if (kept.back().empty()) {
      throw Error(ExitCode::kUsage, "--only " + name + ": is no known modality");
    }
  }
  for (study::Study& study : studies) {
    if (study.images.size() != study.modalities.size()) {
      refuse_file(study.images.front(), "holds several modalities, of which --only cannot leave some out");
    }
    for (std::size_t i = study.images.size(); i-- > 0;) {
      if (std::ranges::count(kept, study.modalities[i]) == 0) {
        study.images.erase(study.images.begin() + static_cast<std::ptrdiff_t>(i));
        study.modalities.erase(study.modalities.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
  }
}

} // namespace

bool names_model(const fs::path& path) {
  return fs::is_directory(path) ? train::holds_run(path) : checkpoint::has_checkpoint_extension(path);
}

std::vector<study::Study> gather_studies(const InputOptions& options, const std::vector<std::string>& channels) {
  std::vector<study::Study> studies;
  std::vector<fs::path> loose;
  for (const fs::path& input : options.inputs) {
    if (!fs::exists(input)) {
      refuse_file(input, "does not exist");
    }
    if (fs::is_directory(input)) {
      add_folder(input, options, studies);
    } else if (io::has_image_extension(input)) {
      loose.push_back(input);
    } else if (to_lower(input.extension().string()) == ".json") {
      add_studies_file(input, options, studies);
    } else {
      refuse_file(input, "is neither a run, a checkpoint, a studies file (.json), a folder of images nor an image");
    }
  }
  leave_out_named(options, loose);
  if (!loose.empty() || !options.named.empty()) {
    studies.push_back(loose_study(options, loose, channels));
  }
  if (studies.empty() && options.fold) {
    throw Error(ExitCode::kNothingFound, "--fold " + std::to_string(*options.fold) +
                                             ": no study of a studies file is in that fold; name the list that `brainmvp index "
                                             "--folds` wrote");
  }
  if (studies.empty()) {
    throw Error(ExitCode::kNothingFound, "no study to predict; name images, a folder of them or a studies file after the runs");
  }
  refuse_twin_ids(studies);
  if (!options.only.empty()) {
    keep_only(options, studies);
  }
  if (!options.reference.empty()) {
    std::ranges::for_each(studies, [](study::Study& study) { study.label.reset(); });
  }
  return studies;
}

std::string listed_reference(const InputOptions& options) {
  std::set<std::string> names;
  for (const fs::path& input : options.inputs) {
    if (!fs::is_directory(input) && to_lower(input.extension().string()) == ".json") {
      names.insert(study::read_studies_file(input, options.table).reference);
    }
  }
  return names.size() == 1 ? *names.begin() : "";
}

void check_modalities(const study::Study& study, const study::ModalityTable& table) {
  if (study.images.size() != study.modalities.size()) {
    return; // one file of several channels, whose order no name tells
  }
  for (std::size_t i = 0; i < study.images.size(); ++i) {
    const std::string& stated = study.modalities[i];
    const auto twin = std::find(study.modalities.begin(), study.modalities.begin() + static_cast<std::ptrdiff_t>(i), stated);
    if (twin != study.modalities.begin() + static_cast<std::ptrdiff_t>(i)) {
      refuse_file(study.images[i], "is " + stated + ", and so is " +
                                       study.images[static_cast<std::size_t>(twin - study.modalities.begin())].string() +
                                       "; keep one of them");
    }
    const auto named = table.of_file(study.images[i]);
    const auto other = named ? std::ranges::find(study.modalities, *named) : study.modalities.end();
    const auto place = other - study.modalities.begin();
    if (named && *named != stated && other != study.modalities.end() &&
        table.of_file(study.images[static_cast<std::size_t>(place)]) != *named) {
      refuse_file(study.images[i], "is " + *named + " by its name, and the study calls it " + stated + " and another image " +
                                       *named + "; the order of modalities is wrong");
    }
  }
}

} // namespace brainmvp::infer
