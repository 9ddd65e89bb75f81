// Which studies of a store a fine-tuning uses, for what, and through which channels.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "finetune/options.h"
#include "store/store.h"

namespace brainmvp::finetune {

struct Selection {
  std::vector<std::size_t> training; // positions in the store
  std::vector<std::size_t> validation;
};

// The store's splits, or with options.fold that fold of its training and validation studies as validation; without studies that
// lack a label (segmentation) or a class in `classes` (classification), which are named in a warning. `classes`: one a study of
// the store, empty where there is none. Throws Error(kNothingFound) when nothing is left to train on, Error(kUsage) for a fold
// that there is not, Error(kBadInput) for images that are on both sides.
Selection select_studies(const RunOptions& options, const store::Store& store, const std::vector<std::string>& classes);

// The class of each study of the store, empty where it has none: of options.classes_from, else the store's.
std::vector<std::string> classes_of(const RunOptions& options, const store::Store& store);

// Names of the classes: the table's, else those of the studies, sorted. Throws Error(kBadInput) for a class that the table does
// not list, and Error(kNothingFound) for fewer than two classes among the training studies.
std::vector<std::string> class_names(const study::LabelTable& table, const std::vector<std::string>& classes,
                                     const Selection& selection);

// options.channels, else all modalities of the training studies: those with templates in their order, then others by name.
// Leaves studies out of the selection that have none of them, with a warning.
std::vector<std::string> choose_channels(const RunOptions& options, const store::Store& store, Selection& selection);

} // namespace brainmvp::finetune
