// Which studies of a store a fine-tuning uses, for what, and through which channels.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "finetune/options.h"
#include "store/store.h"
#include "study/class_source.h"

namespace brainmvp::finetune {

struct Selection {
  std::vector<std::size_t> training; // positions in the store
  std::vector<std::size_t> validation;
};

// What the studies of a store are used for, by their positions in it.
class Targets {
public:
  Targets() = default;
  Targets(const Targets&) = delete;
  Targets& operator=(const Targets&) = delete;
  virtual ~Targets() = default;

  [[nodiscard]] virtual std::string what() const = 0; // "label map"
  [[nodiscard]] virtual bool has(std::size_t position) const = 0;
  [[nodiscard]] virtual std::string stratum(std::size_t /*position*/) const { return {}; } // that folds share alike
};

// The store's splits, or with options.fold that fold of its training and validation studies as validation; without studies that
// have no target, which are named in a warning. Throws Error(kNothingFound) when nothing is left to train on, Error(kUsage) for a
// fold that there is not, Error(kBadInput) for images that are on both sides.
Selection select_studies(const RunOptions& options, const store::Store& store, const Targets& targets);

// By which rows of tables find the studies, in the order of the store.
std::vector<study::StudyKey> study_keys(const store::Store& store);

// options.channels, else all modalities of the training studies: those with templates in their order, then others by name.
// Leaves studies out of the selection that have none of them, with a warning.
std::vector<std::string> choose_channels(const RunOptions& options, const store::Store& store, Selection& selection);

} // namespace brainmvp::finetune
