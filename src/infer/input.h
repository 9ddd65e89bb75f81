// What a prediction reads: models and studies told apart, loose files put together, mistakes refused by name. Torch-free.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "study/modality.h"
#include "study/studies_file.h"

namespace brainmvp::infer {

struct InputOptions {
  std::vector<std::filesystem::path> inputs = {};                        // studies files, folders of images, or loose image files
  std::vector<std::pair<std::string, std::filesystem::path>> named = {}; // loose images whose modality is stated
  std::vector<study::Split> splits = {};                                 // of studies files; all when empty
  std::optional<int> fold = {};       // of studies files: its studies only, none of the test list
  std::vector<std::string> only = {}; // modalities, by any name; all when empty
  std::string reference = {};  // canonical; whose grid the output has, whatever the model says and also where there is a label
  std::string layout = "auto"; // of folders
  study::ModalityTable table = study::ModalityTable::standard();
  std::size_t threads = 1;
};

// Whether an argument is a model: a run folder or a checkpoint by its extension.
bool names_model(const std::filesystem::path& path);

// The studies of all inputs, without their label maps where a reference is named; loose files are one study, whose modalities
// must be among `channels`. Throws Error(kBadInput) for a loose file that is no image of a known modality, Error(kNothingFound)
// for no study at all, Error(kUsage) for two kinds of input that have no common meaning and for a name in `only` that no modality
// has.
std::vector<study::Study> gather_studies(const InputOptions& options, const std::vector<std::string>& channels);

// The reference modality that the studies files among the inputs name; empty for none, or several.
std::string listed_reference(const InputOptions& options);

// Throws Error(kBadInput), naming the files, when two images have one modality, or when an image's name says the modality that
// the study gives to another image (a wrong order).
void check_modalities(const study::Study& study, const study::ModalityTable& table);

} // namespace brainmvp::infer
