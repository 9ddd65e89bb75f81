// The studies file: MONAI's datalist with modalities, regions and classes. Format: docs/reference/formats.md.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "study/modality.h"

namespace brainmvp::study {

enum class Split { kTraining, kValidation, kTest };
std::string split_name(Split split); // "training", "validation", "test"

// One examination of one patient. Paths are absolute after reading and relative to the file after writing.
struct Study {
  std::string id = {};      // unique; a safe folder name
  std::string patient = {}; // who several studies may share; empty: patient_of() takes it from the id
  Split split = Split::kTraining;
  std::vector<std::filesystem::path> images = {};  // one a modality, or one 4D file for several
  std::vector<std::string> modalities = {};        // canonical; as many as images, or as channels of a single 4D image
  std::optional<std::filesystem::path> label = {}; // label map
  std::optional<std::string> class_name = {};
  std::string dataset = {};
  std::optional<int> fold = std::nullopt; // cross-validation fold, as MONAI's lists carry it
};

// The patient that the study names, otherwise what its id says: BraTS-MEN-00004 of BraTS-MEN-00004-000, sub-01 of sub-01_ses-2,
// 011_S_0021 of 011_S_0021_I543543, UPENN-GBM-00001 of UPENN-GBM-00001_21, UCSF-PDGM-0391 of UCSF-PDGM-0391_FU016d; else the id
// without the words of a visit (OAS1_0001 of OAS1_0001_MR1, p1 of p1_tp2, P_0003 of P_0003_Timepoint_1).
std::string patient_of(const Study& study);

// nnU-Net's label forms, kept in their order.
struct LabelTable {
  std::vector<std::pair<std::string, int>> labels = {};               // name -> value, with background 0
  std::vector<std::pair<std::string, std::vector<int>>> regions = {}; // name -> values
  std::vector<std::string> classes = {};
  std::vector<int> region_order = {}; // regions_class_order: what each region is painted as, later ones over earlier; or empty
  std::optional<int> ignore = {};     // value of voxels that nobody labelled: left out of training and of scores
};

// Takes the label named "ignore" out of the labels of a table. Throws Error(kBadInput) when it is 0 or part of a region.
void take_ignore(LabelTable& table, const std::string& where);

struct StudiesFile {
  std::vector<Study> studies = {};
  LabelTable table = {};
  std::string reference = {}; // canonical modality whose grid studies without a label are brought to; empty: `prepare` chooses
};

// Reads MONAI's list as the public code has it too (no ids, no modalities: both come from the file names), and the
// dataset.json of the Medical Segmentation Decathlon. Whether the images exist is not asked.
// Throws Error(kBadInput) that names the file, the entry and the field.
StudiesFile read_studies_file(const std::filesystem::path& path, const ModalityTable& table = ModalityTable::standard());

// Writes in one step, paths relative to `path`'s folder. Throws Error(kOutput or kOutOfResources), and Error(kBadInput) for
// a name that is not UTF-8, which JSON cannot hold.
void write_studies_file(const std::filesystem::path& path, const StudiesFile& file);

} // namespace brainmvp::study
