#include <algorithm>

#include "base/text.h"
#include "io/image_file.h"
#include "study/case_draft.h"
#include "study/label_scheme.h"
#include "study/layout_readers.h"
#include "study/study_id.h"

namespace brainmvp::study {

bool detect_ucsf_nifti(const Folder& folder, const ModalityTable&) {
  return std::ranges::any_of(folder.images,
                             [](const auto& file) { return to_lower(io::image_stem(file)).starts_with("ucsf-pdgm-"); });
}

void read_ucsf_nifti(const Folder& folder, const ModalityTable& table, Findings& findings) {
  std::string id = folder.name(); // names the follow-up ("UCSF-PDGM-0391_FU016d_nifti")
  if (id.ends_with("_nifti")) {
    id.resize(id.size() - std::string_view("_nifti").size());
  }
  for (const CaseFiles& one : split_into_cases(folder.images, table, findings)) {
    CaseDraft draft{.id = safe_id(id.starts_with("UCSF-PDGM-0") || one.prefix.empty() ? id : one.prefix),
                    .dataset = "UCSF-PDGM",
                    .layout = "ucsf_nifti",
                    .schemes = {std::string(kBrats2021)}};
    for (const auto& file : one.files) {
      add_file(file, table, draft, findings);
    }
    add_study(std::move(draft), findings);
  }
}

} // namespace brainmvp::study
