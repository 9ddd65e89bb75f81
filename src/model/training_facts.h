// What the studies of a training were like, as its checkpoint records it: so that `predict` can say what is unlike them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checkpoint/value.h"
#include "study/set_check.h"

namespace brainmvp::model {

struct TrainingFacts {
  study::HeadKind heads = study::HeadKind::kUnknown; // of all studies whose kind is known
  double largest_voxel_mm = 0;                       // longest side of a voxel in the files that gave the grids
  bool one_grid = false;                             // the images of every study were on one grid
  std::vector<std::string> always = {};              // channels that every study had
};

inline constexpr const char* kTrainingFacts = "training_facts"; // entry of checkpoints; those of earlier versions lack it

checkpoint::Value training_facts_value(const TrainingFacts& facts);

// Of a whole checkpoint. Throws Error(kBadInput) for a damaged entry.
std::optional<TrainingFacts> read_training_facts(const checkpoint::Value& checkpoint);

} // namespace brainmvp::model
