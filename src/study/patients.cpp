#include "study/patients.h"

#include <map>
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

std::optional<Split> split_of_place(const Study& study, const fs::path& root) {
  for (const fs::path& part : study.images.front().parent_path().lexically_relative(root)) {
    if (const auto split = split_of_folder(part.string())) {
      return split;
    }
  }
  return std::nullopt;
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
    if (const auto split = split_of_place(study, root)) {
      study.split = *split;
      study.patient = patient_of(study); // ids that two splits share are renamed later
      if (!names_splits(found.layout)) {
        ++placed[*split];
      }
    }
  }
  if (placed.size() > 1) {
    std::vector<std::string> texts;
    for (const auto& [split, count] : placed) {
      texts.push_back(split_name(split) + " " + std::to_string(count));
    }
    findings.warn("folders taken as splits by their names (train, val, test)", root.filename().string(),
                  join(texts, ", ") + "; rename the folders if they are none");
  }
}

} // namespace brainmvp::study
