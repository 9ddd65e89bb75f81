// A description of a small model, for tests.
#pragma once

#include <ATen/ops/arange.h>

#include "model/model.h"

namespace brainmvp::test {

// Channels flair, t1 and t1_ir (which has no template), nested regions, and templates that have a value of their own at every
// voxel.
inline model::ModelDescription example_description() {
  model::ModelDescription model;
  model.network = "uniformer_tiny";
  model.channels = {"flair", "t1", "t1_ir"};
  model.table.labels = {{"background", 0}, {"edema", 2}, {"core", 1}, {"enhancing", 4}};
  model.table.regions = {{"WT", {1, 2, 4}}, {"TC", {1, 4}}, {"ET", {4}}};
  model.window = {16, 16, 32};
  model.templates = at::arange(3 * 20 * 24 * 40, at::kFloat).div(3 * 20 * 24 * 40).reshape({3, 20, 24, 40});
  model.templates[2].zero_();
  model.has_template = {true, true, false};
  return model;
}

} // namespace brainmvp::test
