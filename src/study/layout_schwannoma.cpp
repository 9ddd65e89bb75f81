#include <algorithm>

#include "base/text.h"
#include "io/image_file.h"
#include "study/case_draft.h"
#include "study/label_scheme.h"
#include "study/layout_readers.h"
#include "study/study_id.h"

namespace brainmvp::study {
namespace {

bool any_starts_with(const Folder& folder, std::string_view start) {
  return std::ranges::any_of(folder.images, [&](const auto& file) { return to_lower(io::image_stem(file)).starts_with(start); });
}

// One reason for the whole exam instead of one for each series.
void explain_dicom_below(const Folder& folder, Findings& findings) {
  for (const auto& child : folder.folders) {
    findings.use(child->path);
    explain_dicom_below(*child, findings);
  }
}

} // namespace

bool detect_vs_gk(const Folder& folder, const ModalityTable&) { return any_starts_with(folder, "vs_gk_"); }

void read_vs_gk(const Folder& folder, const ModalityTable& table, Findings& findings) {
  CaseDraft draft{.id = safe_id(folder.name()), .dataset = "VS-SEG", .layout = "vs_gk", .schemes = {std::string(kSchwannoma)}};
  for (const auto& file : folder.images) {
    const std::string stem = to_lower(io::image_stem(file));
    if (stem == "vs_gk_t1_reft1") {
      draft.images.emplace_back("t1c", file); // all T1 images of the collection are with contrast
    } else if (stem == "vs_gk_t2_reft2") {
      draft.images.emplace_back("t2", file);
    } else if (stem == "vs_gk_seg_reft1") {
      draft.labels.push_back(file);
    } else if (stem == "vs_gk_seg_reft2") {
      findings.skip(file, "the same label on the grid of T2 (that on T1 is used)");
    } else {
      add_file(file, table, draft, findings);
    }
  }
  add_study(std::move(draft), findings);
}

bool detect_vs_dicom(const Folder& folder, const ModalityTable&) {
  return to_lower(folder.name()).starts_with("vs-seg-") && folder.all_dicom_files() > 0 && folder.all_images().empty();
}

void read_vs_dicom(const Folder& folder, const ModalityTable&, Findings& findings) {
  explain_dicom_below(folder, findings);
  findings.skip(folder.path,
                "exams of VS-SEG in DICOM, which are not read (convert images and contours.json to "
                "vs_gk_<n>/vs_gk_{t1_refT1,seg_refT1,t2_refT2}.nii.gz with the scripts of github.com/KCL-BMEIS/VS_Seg, "
                "then use layout vs_gk)");
}

bool detect_crossmoda(const Folder& folder, const ModalityTable&) { return any_starts_with(folder, "crossmoda"); }

void read_crossmoda(const Folder& folder, const ModalityTable& table, Findings& findings) {
  for (const CaseFiles& one : split_into_cases(folder.images, table, findings)) {
    CaseDraft draft{
        .id = safe_id(one.prefix.empty() ? folder.name() : one.prefix), .dataset = "crossMoDA", .layout = "crossmoda"};
    if (one.prefix.starts_with("crossmoda_")) { // later editions have a year in the name and other labels
      draft.schemes = {std::string(kCrossmoda2021)};
    }
    for (const auto& file : one.files) {
      add_file(file, table, draft, findings);
    }
    add_study(std::move(draft), findings);
  }
}

} // namespace brainmvp::study
