#include "study/patients.h"

#include <map>
#include <set>
#include <string_view>

#include "base/text.h"
#include "io/image_file.h"
#include "study/patient_words.h"
#include "study/study_id.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

fs::path folder_of(const Study& study) {
  fs::path folder = study.images.front().parent_path();
  while (io::has_image_extension(folder) || is_image_folder_name(folder.filename().string())) {
    folder = folder.parent_path();
  }
  return folder;
}

bool is_below(const fs::path& folder, const fs::path& root) {
  const fs::path relative = folder.lexically_relative(root);
  return !relative.empty() && *relative.begin() != ".." && relative != ".";
}

// "patient01" of patient01/study1_t1 and patient01/visit1/t1; empty when the folders say nothing.
std::string patient_of_folders(const Study& study, const fs::path& root) {
  const fs::path folder = folder_of(study);
  const std::string name = folder.filename().string();
  const std::string parent = folder.parent_path().filename().string();
  const bool parent_named = !is_container(parent) && !parent.empty();
  if (is_below(folder, root) && parent_named) {
    const bool own = starts_with_words(study.id, name) || study.id.ends_with(name) || starts_with_words(study.id, parent);
    const bool numbered = parent.find_first_of("0123456789") != std::string::npos && is_below(folder.parent_path(), root);
    if (own && (is_visit(name, false) || (numbered && is_visit(name, true)))) {
      return parent;
    }
  }
  const bool of_patient =
      !is_container(name) && (is_below(folder, root) || name.find_first_of("0123456789") != std::string::npos);
  if (of_patient && study.id.size() > name.size() && starts_with_words(study.id, name) &&
      is_visit(study.id.substr(name.size() + 1), true)) {
    return name;
  }
  return "";
}

// Layouts whose published folder names say the split, so that nothing is guessed.
bool names_splits(std::string_view layout) { return layout == "nnunet_raw" || layout == "msd_4d" || layout == "mrbrains13"; }

std::optional<Split> split_of_place(const fs::path& folder, const fs::path& root) {
  for (const fs::path& part : folder.lexically_relative(root)) {
    if (const auto split = split_of_folder(part.string())) {
      return split;
    }
  }
  return std::nullopt;
}

// The name of the folder that the folder `name` above a file stands in; `name` where there is none.
std::string folder_above(const fs::path& file, const std::string& name) {
  fs::path folder = file.parent_path();
  while (folder.has_relative_path() && folder.filename() != name) {
    folder = folder.parent_path();
  }
  const std::string above = folder.parent_path().filename().string();
  return above.empty() ? name : above;
}

void put_into(Study& study, Split split) {
  study.split = split;
  if (split_of_folder(study.dataset)) { // "train" is no data set
    study.dataset = folder_above(study.images.front(), study.dataset);
  }
  study.patient = patient_of(study); // ids that two splits share are renamed later
}

void warn_of_placed(const std::map<Split, std::size_t>& placed, const fs::path& where, Findings& findings) {
  if (placed.size() < 2) {
    return;
  }
  std::vector<std::string> texts;
  for (const auto& [split, count] : placed) {
    texts.push_back(split_name(split) + " " + std::to_string(count));
  }
  findings.warn("folders taken as splits by their names (train, val, test)", where.filename().string(),
                join(texts, ", ") + "; rename the folders if they are none");
}

fs::path common_folder(const std::vector<fs::path>& roots) {
  fs::path common = roots.front();
  for (const fs::path& root : roots) {
    while (common.has_relative_path() && root != common && !is_below(root, common)) {
      common = common.parent_path();
    }
  }
  return common;
}

} // namespace

void place_studies(std::span<FoundStudy> studies, const fs::path& root, Findings& findings) {
  std::map<Split, std::size_t> placed;
  for (FoundStudy& found : studies) {
    Study& study = found.study;
    if (study.patient.empty() && found.layout == "suffix") {
      const std::string patient = patient_of_folders(study, root);
      study.patient = patient.empty() ? "" : safe_id(patient);
    }
    if (const auto split = split_of_place(study.images.front().parent_path(), root)) {
      put_into(study, *split);
      if (!names_splits(found.layout)) {
        ++placed[*split];
      }
    }
  }
  warn_of_placed(placed, root, findings);
}

void place_roots(std::span<FoundStudy> studies, const std::vector<fs::path>& roots, Findings& findings) {
  if (roots.size() < 2) {
    return;
  }
  const fs::path common = common_folder(roots);
  std::map<fs::path, Split> splits;
  std::set<Split> different;
  for (const fs::path& root : roots) {
    if (const auto split = split_of_place(root, common)) {
      splits[root] = *split;
      different.insert(*split);
    }
  }
  if (different.size() < 2) {
    return;
  }
  std::map<Split, std::size_t> placed;
  for (FoundStudy& found : studies) {
    for (const auto& [root, split] : splits) {
      if (is_below(found.study.images.front(), root)) {
        put_into(found.study, split);
        ++placed[split];
      }
    }
  }
  warn_of_placed(placed, common, findings);
}

} // namespace brainmvp::study
