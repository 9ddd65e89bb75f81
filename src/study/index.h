// Finds, names and checks the studies of folders: the work of `brainmvp index`.
#pragma once

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "study/file_check.h"
#include "study/findings.h"
#include "study/modality.h"
#include "study/studies_file.h"

namespace brainmvp::study {

struct IndexOptions {
  std::vector<std::filesystem::path> inputs = {}; // folders, and studies files to be checked
  std::vector<std::string> layouts = {"auto"};
  ModalityTable table = ModalityTable::standard();
  Depth depth = Depth::kWhole; // kHeader finds no damage in compressed files, no empty images and no label values
  std::size_t threads = 1;
};

// What the report says of one study.
struct StudyFacts {
  std::string id = {};
  std::string layout = {};
  io::ImageHeader reference = {}; // header of the label, or of the finest image
  std::set<int> label_values = {};
};

struct Index {
  StudiesFile file;
  std::vector<StudyFacts> facts; // one a study of the file, in its order
  std::vector<Notice> notices;
  std::vector<Skipped> skipped;
};

// Files that cannot be read are left out with an error notice; studies without an image left are left out too. Shows
// progress. Throws Error for what makes the whole request senseless: no such folder, unknown layout, a bad studies file.
Index index_studies(const IndexOptions& options);

} // namespace brainmvp::study
