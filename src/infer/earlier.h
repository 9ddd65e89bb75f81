// What `predict --resume` finds in its folder: predictions that still hold, and those whose images have changed since.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "study/studies_file.h"

namespace brainmvp::infer {

// Hashes of what a study is predicted from, in its order: one a modality, and "label" where its label map gives the grid.
// Files of detached voxels count too.
using InputHashes = std::vector<std::pair<std::string, std::string>>;

// Throws Error(kBadInput) for a file that cannot be read.
InputHashes input_hashes(const study::Study& study);

// Why a segmented case has to be predicted again ("flair has changed"); empty when its sidecar says the same models, options
// and images. `earlier` and `now`: texts of sidecars, of the file there and of this call. Throws Error(kOutput) that names
// `file` and what differs when it was predicted with other models or options.
std::string reason_to_repeat(const std::string& earlier, const std::string& now, const std::filesystem::path& file);

// Whether a text is a sidecar that `predict` wrote.
bool is_sidecar(const std::string& text);

// A row of a table.
struct EarlierRow {
  std::vector<std::string> cells; // the case first
  std::string channels;           // as the sidecar has them
  std::string inputs;
};

// The rows of the table in `folder`; empty when there is none, or one that its sidecar does not describe. `now`: the sidecar
// of this call. Throws as reason_to_repeat.
std::vector<EarlierRow> earlier_rows(const std::filesystem::path& folder, const std::string& now);

// The same as reason_to_repeat, for a row and the study of that name.
std::string reason_to_repeat(const EarlierRow& row, const InputHashes& now);

} // namespace brainmvp::infer
