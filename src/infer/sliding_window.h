// Networks that see windows, over a whole volume: windows overlap, and their outputs are blended as they come. Only the planes
// that the windows of a row share are held, and given on when they are done. Source: MONAI's sliding_window_inference
// (tests/golden/sliding_window.json).
//
//   const torch::Tensor out = slide(volume, outputs, {.window = {96, 96, 96}}, [&](const torch::Tensor& x) { return net(x); });
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "image/volume.h"
#include "store/store.h"

namespace brainmvp::infer {

enum class Blending { kConstant, kGaussian };

struct SlidingOptions {
  image::Size window{96, 96, 96};
  double overlap = 0.5; // of neighbouring windows, in [0, 1)
  Blending blending = Blending::kGaussian;
};

// [1, C, h, w, d] -> [1, K, h, w, d], on any device and in any floating type.
using TileFunction = std::function<torch::Tensor(const torch::Tensor& tile)>;

// The input of the window at `start` of the volume, [1, C, window...]; where the window sticks out it is padded.
using ReadTile = std::function<torch::Tensor(const store::Start& start)>;

// [window...]: 1, or a Gaussian centred at (n - 1) / 2 with sigma 0.125 n whose weights are at least 1e-3.
torch::Tensor blending_weights(const SlidingOptions& options);

// A network over the volume, which counts for `share` in the sum over several.
struct Slide {
  SlidingOptions options;
  ReadTile read;
  TileFunction function;
  double share = 1;
};

// The next planes of the first axis, [K, n, W, D] on the CPU; they last for the call only.
using TakePlanes = std::function<void(const torch::Tensor& planes)>;

// The sum of the slides' blended outputs over a volume of `size`, in order of planes. Throws Error(kUsage) for an overlap outside
// [0, 1).
void slide_planes(const image::Size& size, std::int64_t outputs, const std::vector<Slide>& slides, const TakePlanes& take);

// volume: [C, H, W, D] -> [K, H, W, D]
torch::Tensor slide(const torch::Tensor& volume, std::int64_t outputs, const SlidingOptions& options,
                    const TileFunction& function);

// The mean over all combinations of flips along `axes` (0 to 2: i, j, k) of the tile; outputs [1, K, h, w, d] are flipped back,
// those of classifiers [1, K] are not.
TileFunction with_flips(TileFunction function, const std::vector<std::int64_t>& axes);

} // namespace brainmvp::infer
