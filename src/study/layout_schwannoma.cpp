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

// The tumour, which is structure 1 where all of them were exported.
bool is_tumour(const std::string& stem) { return stem.starts_with("vs_gk_seg_ref") || stem.starts_with("vs_gk_struc1_"); }

// "_reft1", or "_reft2" where only that grid has the tumour.
std::string grid_of_case(const Folder& folder, Findings& findings) {
  std::vector<std::string> structures;
  bool t1 = false;
  bool t2 = false;
  for (const auto& file : folder.images) {
    const std::string stem = to_lower(io::image_stem(file));
    t1 |= is_tumour(stem) && stem.ends_with("_reft1");
    t2 |= is_tumour(stem) && stem.ends_with("_reft2");
    if (stem.starts_with("vs_gk_struc1_")) {
      structures.push_back(file.filename().string());
    }
  }
  if (!structures.empty()) {
    findings.warn("structure 1 is taken for the tumour, as the collection has it", folder.name(), join(structures, ", "));
  }
  return t2 && !t1 ? "_reft2" : "_reft1";
}

// Of an image that stands there on both grids, that on the label's.
void keep_images_of_grid(const std::string& grid, CaseDraft& draft, Findings& findings) {
  const auto all = draft.images;
  std::erase_if(draft.images, [&](const auto& image) {
    const bool on_it = to_lower(io::image_stem(image.second)).ends_with(grid);
    const bool left_out = !on_it && std::ranges::any_of(all, [&](const auto& other) {
      return other.first == image.first && to_lower(io::image_stem(other.second)).ends_with(grid);
    });
    if (left_out) {
      findings.skip(image.second, "the same image on the grid of the other one");
    }
    return left_out;
  });
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
  const std::string grid = grid_of_case(folder, findings);
  for (const auto& file : folder.images) {
    const std::string stem = to_lower(io::image_stem(file));
    if (stem.starts_with("vs_gk_t1_ref")) {
      draft.images.emplace_back("t1c", file); // all T1 images of the collection are with contrast
    } else if (stem.starts_with("vs_gk_t2_ref")) {
      draft.images.emplace_back("t2", file);
    } else if (is_tumour(stem) && stem.ends_with(grid)) {
      draft.labels.push_back(file);
    } else if (is_tumour(stem)) {
      findings.skip(file, "the same label on the grid of T2 (that on T1 is used)");
    } else if (stem.starts_with("vs_gk_struc")) {
      findings.skip(file, "structures other than the tumour (structure 1)");
    } else {
      add_file(file, table, draft, findings);
    }
  }
  keep_images_of_grid(grid, draft, findings);
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
