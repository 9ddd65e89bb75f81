#include <algorithm>

#include "base/text.h"
#include "study/case_draft.h"
#include "study/layout_readers.h"
#include "study/patient_words.h"
#include "study/study_id.h"

namespace brainmvp::study {
namespace {

// Folders whose own name says nothing of the patient.
bool generic_name(const std::string& name) { return is_visit(name, false) || is_image_folder_name(name); }

std::string folder_id(const Folder& folder) {
  std::filesystem::path path = folder.path;
  std::string id = path.filename().string();
  while (generic_name(path.filename().string()) && path.parent_path().has_filename()) {
    path = path.parent_path();
    id = path.filename().string() + "_" + id;
  }
  return id;
}

// The folder above the studies that does not only divide them (train, site2, HGG).
std::string dataset_above(const Folder& folder) {
  const Folder* above = folder.parent != nullptr ? folder.parent : &folder;
  while (above->parent != nullptr && is_container(above->name())) {
    above = above->parent;
  }
  return above->name();
}

} // namespace

bool detect_suffix(const Folder& folder, const ModalityTable& table) {
  return std::ranges::any_of(folder.images, [&](const auto& file) { return table.of_file(file).has_value(); });
}

void read_suffix(const Folder& folder, const ModalityTable& table, Findings& findings) {
  const std::vector<CaseFiles> cases = split_into_cases(without_spm_outputs(folder.images, table, findings), table, findings);
  for (const CaseFiles& one : cases) {
    const bool prefix_names_it = to_lower(one.prefix).find(to_lower(folder.name())) != std::string::npos;
    CaseDraft draft{.id = safe_id(prefix_names_it                           ? one.prefix
                                  : cases.size() == 1 || one.prefix.empty() ? folder_id(folder)
                                                                            : folder_id(folder) + "_" + one.prefix),
                    .dataset = dataset_above(folder),
                    .layout = "suffix"};
    for (const auto& file : one.files) {
      add_file(file, table, draft, findings);
    }
    add_study(std::move(draft), findings);
  }
}

} // namespace brainmvp::study
