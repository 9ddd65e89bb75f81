#include <algorithm>

#include "base/text.h"
#include "io/image_file.h"
#include "study/case_draft.h"
#include "study/label_scheme.h"
#include "study/layout_readers.h"
#include "study/study_id.h"

namespace brainmvp::study {
namespace {

bool has(const Folder& folder, const std::string& stem) {
  return std::ranges::any_of(folder.images, [&](const auto& file) { return to_lower(io::image_stem(file)) == stem; });
}

} // namespace

bool detect_mrbrains13(const Folder& folder, const ModalityTable&) {
  return has(folder, "t1") && has(folder, "t1_ir") && has(folder, "t2_flair");
}

void read_mrbrains13(const Folder& folder, const ModalityTable& table, Findings& findings) {
  CaseDraft draft{.id = safe_id(folder.path.parent_path().filename().string() + "_" + folder.name()),
                  .dataset = "MRBrainS13",
                  .layout = "mrbrains13",
                  .schemes = {std::string(kMrbrains13)}};
  for (const auto& file : folder.images) {
    const std::string stem = to_lower(io::image_stem(file));
    if (stem == "labelsfortraining") {
      draft.labels.push_back(file);
    } else if (stem == "labelsfortesting") {
      findings.skip(file, "coarser label maps (LabelsForTraining is used)");
    } else {
      add_file(file, table, draft, findings);
    }
  }
  add_study(std::move(draft), findings);
}

} // namespace brainmvp::study
