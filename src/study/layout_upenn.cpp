#include "base/text.h"
#include "io/image_file.h"
#include "study/case_draft.h"
#include "study/label_scheme.h"
#include "study/layout_readers.h"
#include "study/study_id.h"

namespace brainmvp::study {

bool detect_upenn_gbm(const Folder& folder, const ModalityTable&) {
  const Folder* images = folder.child("images_structural");
  return images != nullptr && !images->folders.empty() && images->folders.front()->name().starts_with("UPENN-GBM-");
}

void read_upenn_gbm(const Folder& folder, const ModalityTable& table, Findings& findings) {
  const Folder* masks = folder.child("images_segm");
  for (const auto& exam : folder.child("images_structural")->folders) {
    CaseDraft draft{
        .id = safe_id(exam->name()), .dataset = "UPENN-GBM", .layout = "upenn_gbm", .schemes = {std::string(kBrats2021)}};
    for (const auto& file : exam->images) { // their folders `old` hold replaced images
      add_file(file, table, draft, findings);
    }
    for (const auto& mask : masks != nullptr ? masks->images : std::vector<std::filesystem::path>{}) {
      if (io::image_stem(mask) == exam->name() + "_segm") {
        draft.labels.push_back(mask);
      }
    }
    add_study(std::move(draft), findings);
  }
}

} // namespace brainmvp::study
