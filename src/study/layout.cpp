#include "study/layout.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "study/layout_readers.h"

namespace brainmvp::study {
namespace {

constexpr std::array<Layout, 15> kLayouts{{
    {"nnunet_raw", "imagesTr/case_0000.nii.gz, dataset.json", true, detect_nnunet_raw, read_nnunet_raw},
    {"msd_4d", "imagesTr/case.nii.gz in 4D, dataset.json", true, detect_msd_4d, read_msd_4d},
    {"isles_rawdata", "rawdata/sub-*/ses-*/, derivatives/", true, detect_isles_rawdata, read_isles_rawdata},
    {"isles_bids", "sub-strokecase*/ses-*/, derivatives/", true, detect_isles_bids, read_isles_bids},
    {"bids", "sub-*/[ses-*/]{anat,dwi}/", true, detect_bids, read_bids},
    {"upenn_gbm", "images_structural/, images_segm/", true, detect_upenn_gbm, read_upenn_gbm},
    {"ixi_by_modality", "IXI-T1/IXI002-Guys-0828-T1.nii.gz", true, detect_ixi_by_modality, read_ixi_by_modality},
    {"ucsf_nifti", "UCSF-PDGM-0004_nifti/UCSF-PDGM-0004_T1c.nii.gz", false, detect_ucsf_nifti, read_ucsf_nifti},
    {"brats18_grade_dirs", "{HGG,LGG}/<case>/<case>_t1ce.nii.gz", false, detect_brats18_grade_dirs, read_brats18_grade_dirs},
    {"brats_underscore", "<case>/<case>_{t1,t1ce,t2,flair,seg}.nii.gz", false, detect_brats_underscore, read_brats_underscore},
    {"brats_hyphen", "<case>/<case>-{t1n,t1c,t2w,t2f,seg}.nii.gz", false, detect_brats_hyphen, read_brats_hyphen},
    {"mrbrains13", "TrainingData/1/{T1,T1_IR,T2_FLAIR}.nii", false, detect_mrbrains13, read_mrbrains13},
    {"vs_gk", "vs_gk_1/vs_gk_t1_refT1.nii.gz", false, detect_vs_gk, read_vs_gk},
    {"crossmoda", "crossmoda_1_{ceT1,Label}.nii.gz", false, detect_crossmoda, read_crossmoda},
    {"suffix", "any folder whose files end in a modality's name", false, detect_suffix, read_suffix},
}};

std::vector<Layout> chosen(std::string_view name) {
  if (name == "auto") {
    return {kLayouts.begin(), kLayouts.end()};
  }
  const auto* const found = std::ranges::find(kLayouts, name, &Layout::name);
  if (found != kLayouts.end()) {
    return {*found};
  }
  std::vector<std::string> names{"auto"};
  for (const Layout& layout : kLayouts) {
    names.emplace_back(layout.name);
  }
  const std::string nearest = nearest_name(name, names);
  throw Error(ExitCode::kUsage, "layout '" + std::string(name) + "' is not known" +
                                    (nearest.empty() ? "; known are " + join(names, ", ") : "; did you mean " + nearest + "?"));
}

void explain_rest(const std::vector<std::filesystem::path>& images, const std::string& reason, Findings& findings) {
  for (const std::filesystem::path& image : images) {
    if (!findings.explains(image)) {
      findings.skip(image, reason);
    }
  }
}

void find_in(const Folder& folder, std::span<const Layout> candidates, const ModalityTable& table, Findings& findings) {
  const auto layout = std::ranges::find_if(candidates, [&](const Layout& one) { return one.detect(folder, table); });
  const bool found = layout != candidates.end();
  if (found) {
    try {
      layout->read(folder, table, findings);
    } catch (const Error& error) {
      if (error.code() != ExitCode::kBadInput) {
        throw;
      }
      findings.error("data sets left out", folder.path.string(), error.message());
    }
    const std::string reason = "files that layout " + std::string(layout->name) + " does not use";
    explain_rest(layout->takes_folders_below ? folder.all_images() : folder.images, reason, findings);
  } else {
    explain_rest(folder.images, "names that fit no layout (add words with --modalities FILE, or choose one with --layout)",
                 findings);
  }
  if (!found || !layout->takes_folders_below) {
    for (const auto& child : folder.folders) {
      find_in(*child, candidates, table, findings);
    }
  }
}

} // namespace

std::span<const Layout> layouts() { return kLayouts; }

void find_studies(const Folder& root, std::string_view name, const ModalityTable& table, Findings& findings) {
  find_in(root, chosen(name), table, findings);
}

} // namespace brainmvp::study
