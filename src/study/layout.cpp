#include "study/layout.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "study/dicom_series.h"
#include "study/layout_readers.h"

namespace brainmvp::study {
namespace {

std::vector<Layout>& layout_table() {
  static std::vector<Layout> rows{
      {"nnunet_raw", "imagesTr/case_0000.nii.gz, dataset.json", true, detect_nnunet_raw, read_nnunet_raw},
      {"msd_4d", "imagesTr/case.nii.gz in 4D, dataset.json", true, detect_msd_4d, read_msd_4d},
      {"isles_rawdata", "rawdata/sub-*/ses-*/, derivatives/", true, detect_isles_rawdata, read_isles_rawdata},
      {"isles_bids", "sub-strokecase*/ses-*/, derivatives/", true, detect_isles_bids, read_isles_bids},
      {"vs_bids", "sub-*/anat/, derivatives/manual_segmentation_masks_of_{T1w,T2w}/", true, detect_vs_bids, read_vs_bids},
      {"bids", "sub-*/[ses-*/]{anat,dwi}/", true, detect_bids, read_bids},
      {"indi_site", "<site>/<id>/session_1/anat_1/mprage.nii.gz", true, detect_indi_site, read_indi_site},
      {"ida_tree", "<subject>/<series>/<date>/<image id>/*.nii", true, detect_ida_tree, read_ida_tree},
      {"upenn_gbm", "images_structural/, images_segm/", true, detect_upenn_gbm, read_upenn_gbm},
      {"ixi_by_modality", "IXI-T1/IXI002-Guys-0828-T1.nii.gz", true, detect_ixi_by_modality, read_ixi_by_modality},
      {"ucsf_nifti", "UCSF-PDGM-0004_nifti/UCSF-PDGM-0004_T1c.nii.gz", false, detect_ucsf_nifti, read_ucsf_nifti},
      {"brats18_grade_dirs", "{HGG,LGG}/<case>/<case>_t1ce.nii.gz", false, detect_brats18_grade_dirs, read_brats18_grade_dirs},
      {"brats_underscore", "<case>/<case>_{t1,t1ce,t2,flair,seg}.nii.gz", false, detect_brats_underscore, read_brats_underscore},
      {"brats_hyphen", "<case>/<case>-{t1n,t1c,t2w,t2f,seg}.nii.gz", false, detect_brats_hyphen, read_brats_hyphen},
      {"mrbrains13", "TrainingData/1/{T1,T1_IR,T2_FLAIR}.nii", false, detect_mrbrains13, read_mrbrains13},
      {"vs_gk", "vs_gk_1/vs_gk_t1_refT1.nii.gz", false, detect_vs_gk, read_vs_gk},
      {"vs_dicom", "VS-SEG-001/ in DICOM: what is there, and how to convert it", true, detect_vs_dicom, read_vs_dicom},
      {"crossmoda", "crossmoda_1_{ceT1,Label}.nii.gz", false, detect_crossmoda, read_crossmoda},
      {"ucsf_met", "100101A/100101A_{T1pre,T1post,FLAIR,BraTS-seg}.nii.gz", false, detect_ucsf_met, read_ucsf_met},
      {"athena", "wssd1018959_session_1_anat.nii.gz", false, detect_athena, read_athena},
      {"modality_folders", "T1/p1_T1.nii.gz, FLAIR/p1_FLAIR.nii.gz, seg/p1_seg.nii.gz", true, detect_modality_folders,
       read_modality_folders},
      {"suffix", "any folder whose files end in a modality's name", false, detect_suffix, read_suffix},
  };
  return rows;
}

// In the order of the table, whatever the order of the names.
std::vector<Layout> chosen(std::span<const std::string> names) {
  std::ranges::for_each(names, check_layout_name);
  std::vector<Layout> layouts;
  for (const Layout& layout : layout_table()) {
    if (std::ranges::find(names, "auto") != names.end() || std::ranges::find(names, layout.name) != names.end()) {
      layouts.push_back(layout);
    }
  }
  return layouts;
}

void explain_dicom(const Folder& folder, bool below, Findings& findings) {
  if (!folder.dicom.empty() && !findings.explains(folder.path)) {
    findings.skip(folder.path, "folders of DICOM files, which are not read (convert them: dcm2niix -z y -f %f_%p -o OUT FOLDER)");
    findings.dicom.push_back({folder.path, describe_dicom(folder.dicom)});
  }
  for (const auto& child : folder.folders) {
    if (below) {
      explain_dicom(*child, below, findings);
    }
  }
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
  const bool read_below = found && layout->takes_folders_below;
  explain_dicom(folder, read_below, findings);
  if (!read_below) {
    for (const auto& child : folder.folders) {
      find_in(*child, candidates, table, findings);
    }
  }
}

} // namespace

std::span<const Layout> layouts() { return layout_table(); }

void add_layout(const Layout& layout) { layout_table().insert(layout_table().begin(), layout); }

std::string described_layouts(std::span<const std::string> names) {
  std::vector<std::string> texts;
  for (const Layout& layout : chosen(names)) {
    texts.push_back(std::string(layout.name) + " (" + std::string(layout.description) + ")");
  }
  return join(texts, ", ");
}

void check_layout_name(std::string_view name) {
  std::vector<std::string> names{"auto"};
  for (const Layout& layout : layout_table()) {
    names.emplace_back(layout.name);
  }
  if (std::ranges::find(names, name) == names.end()) {
    const std::string nearest = nearest_name(name, names);
    throw Error(ExitCode::kUsage, "layout '" + std::string(name) + "' is not known" +
                                      (nearest.empty() ? "; known are " + join(names, ", ") : "; did you mean " + nearest + "?"));
  }
}

void find_studies(const Folder& root, std::span<const std::string> names, const ModalityTable& table, Findings& findings) {
  find_in(root, chosen(names), table, findings);
}

} // namespace brainmvp::study
