// Probabilities of one prepared study from one or several networks.
#pragma once

#include <vector>

#include "infer/sliding_window.h"
#include "model/model.h"
#include "runtime/precision.h"
#include "store/prepare.h"

namespace brainmvp::infer {

// A model as prediction sees it: what it says of itself, and its function of a window.
struct Member {
  model::ModelDescription description;
  TileFunction function; // [1, C, window...] -> [1, K, window...]; of heads of whole volumes -> [1, K]
};

// What the model's head predicts, on `device`: the mean over the flips along `flips` (0 to 2).
Member member_of(const model::Model& model, const at::Device& device, runtime::Precision precision,
                 const std::vector<std::int64_t>& flips);

struct WindowOptions {
  double overlap = 0.5;
  Blending blending = Blending::kGaussian;
};

// The mean over the members of their outputs for a study on the prepared grid, in order of planes. Channels that the study lacks
// are filled (infer/filling.h). Members have equal outputs. `prepared` is read only.
void predict_study(store::PreparedStudy& prepared, const std::vector<Member>& members, const WindowOptions& options,
                   const TakePlanes& take);

// The same for heads of whole volumes: one value an output.
std::vector<double> predict_whole(store::PreparedStudy& prepared, const std::vector<Member>& members);

} // namespace brainmvp::infer
