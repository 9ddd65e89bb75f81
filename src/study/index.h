// Finds, names and checks the studies of folders: the work of `brainmvp index`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "study/file_check.h"
#include "study/findings.h"
#include "study/modality.h"
#include "study/studies_file.h"
#include "study/task.h"

namespace brainmvp::study {

struct IndexOptions {
  std::vector<std::filesystem::path> inputs = {}; // folders, and studies files to be checked
  std::vector<std::string> layouts = {"auto"};
  ModalityTable table = ModalityTable::standard();
  Depth depth = Depth::kWhole; // kHeader finds no damage in compressed files, no empty images and no label values
  std::size_t threads = 1;
  std::optional<Task> task = {}; // its layouts, labels, classes and folds; label maps are read whole at either depth
  bool unlabelled = false;       // a segmentation task may have no label map at all
  std::string classes_from = {}; // FILE:COLUMN[:KEYCOLUMN], instead of the task's tables or the folders' names
  std::optional<int> folds = {}; // 0: none; otherwise cross-validation folds instead of the task's
  std::string shares = {};       // lists by patient, "80/10/10", instead of those that are found; empty: those
  std::uint64_t seed = 0;        // of the lists and folds
};

// What the report says of one study.
struct StudyFacts {
  std::string id = {};
  std::string layout = {};
  io::ImageHeader reference = {}; // header of what gives the grid: the label, or an image
  LabelValues label_values = {};
  HeadKind head = HeadKind::kUnknown;     // of its structural images, where they agree
  std::vector<std::string> contents = {}; // one an image; equal for equal voxels, empty when they were not read
};

struct Index {
  StudiesFile file;
  std::vector<StudyFacts> facts; // one a study of the file, in its order
  std::vector<Study> left_out;   // of which no image can be used, as they were found
  std::vector<Notice> notices;
  std::vector<Skipped> skipped;
  std::vector<DicomFolder> dicom;
  std::size_t undeclared_labels = 0; // label maps left out because they hold values that their table does not declare
};

// Files that cannot be read are left out with an error notice; studies without an image left are left out too. Shows
// progress. Throws Error for what makes the whole request senseless: no such folder, unknown layout, a bad studies file, a
// task's classes without a table that holds them, more folds than patients.
Index index_studies(const IndexOptions& options);

} // namespace brainmvp::study
