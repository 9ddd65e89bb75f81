// How much memory a prediction will take.
#pragma once

#include <vector>

#include "model/model.h"
#include "study/studies_file.h"

namespace brainmvp::infer {

struct LargestNeed {
  double bytes = 0;
  std::string study;
};

// Of the study that takes the most; headers of all images are read. Studies that cannot be read are left to their turn.
// `probabilities`: whether they are written, too.
LargestNeed largest_need(const std::vector<model::Model>& models, const std::vector<study::Study>& studies, bool probabilities);

} // namespace brainmvp::infer
