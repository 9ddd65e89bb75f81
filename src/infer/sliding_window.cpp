#include "infer/sliding_window.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "checkpoint/dtype.h"
#include "infer/boxes.h"

namespace brainmvp::infer {
namespace {

constexpr double kSigmaOfWindow = 0.125;
constexpr double kLeastWeight = 1e-3;

std::int64_t signed_side(std::size_t voxels) { return static_cast<std::int64_t>(voxels); }

std::vector<std::int64_t> shape_of(const image::Size& size) {
  return {signed_side(size[0]), signed_side(size[1]), signed_side(size[2])};
}

std::vector<store::Start> all_starts(const image::Size& size, const SlidingOptions& options) {
  std::array<std::vector<std::int64_t>, 3> axes;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    axes[axis] = window_starts(size[axis], options.window[axis], options.overlap);
  }
  std::vector<store::Start> starts;
  for (const std::int64_t i : axes[0]) {
    for (const std::int64_t j : axes[1]) {
      for (const std::int64_t k : axes[2]) {
        starts.push_back({i, j, k});
      }
    }
  }
  return starts;
}

// The part of `whole`, whose last three axes are the volume's, that the window at `start` covers, and the same part of a
// tensor of the window.
struct Overlap {
  torch::Tensor of_whole;
  torch::Tensor of_window;
};
Overlap overlap_of(torch::Tensor whole, torch::Tensor window, const store::Start& start) {
  for (std::int64_t axis = 0; axis < 3; ++axis) {
    const std::int64_t at = start.at(static_cast<std::size_t>(axis));
    const std::int64_t begin = std::max<std::int64_t>(at, 0);
    const std::int64_t length = std::min(at + window.size(axis - 3), whole.size(axis - 3)) - begin;
    whole = whole.narrow(axis - 3, begin, length);
    window = window.narrow(axis - 3, begin - at, length);
  }
  return {.of_whole = whole, .of_window = window};
}

void check_tile(const torch::Tensor& tile, std::size_t outputs, const image::Size& window) {
  std::vector<std::int64_t> expected{1, signed_side(outputs)};
  for (const std::int64_t side : shape_of(window)) {
    expected.push_back(side);
  }
  if (tile.sizes() != at::IntArrayRef(expected)) {
    throw Error(ExitCode::kInternal, "sliding window: the network gave " + checkpoint::shape_text(tile.sizes()) + "; expected " +
                                         checkpoint::shape_text(expected));
  }
}

} // namespace

std::vector<std::int64_t> window_starts(std::size_t length, std::size_t window, double overlap) {
  if (!(overlap >= 0 && overlap < 1)) {
    throw Error(ExitCode::kUsage, "overlap " + shortest(overlap) + ": expected at least 0 and less than 1");
  }
  const std::int64_t last = signed_side(length) - signed_side(window);
  if (last <= 0) {
    return {-(-last / 2)};
  }
  const auto step = std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(window) * (1 - overlap)));
  std::vector<std::int64_t> starts;
  for (std::int64_t at = 0; at < last; at += step) {
    starts.push_back(at);
  }
  starts.push_back(last);
  return starts;
}

torch::Tensor blending_weights(const SlidingOptions& options) {
  torch::Tensor weights = at::ones(shape_of(options.window));
  if (options.blending == Blending::kConstant) {
    return weights;
  }
  for (std::int64_t axis = 0; axis < 3; ++axis) {
    const auto side = static_cast<double>(weights.size(axis));
    const double sigma = kSigmaOfWindow * side;
    const torch::Tensor distance = at::arange(weights.size(axis), at::kFloat) - (side - 1) / 2;
    std::vector<std::int64_t> shape{1, 1, 1};
    shape.at(static_cast<std::size_t>(axis)) = weights.size(axis);
    weights *= at::exp(distance.square() / (-2 * sigma * sigma)).reshape(shape);
  }
  return weights.clamp_min(kLeastWeight);
}

void add_slid(const image::Size& size, const SlidingOptions& options, const ReadTile& read, const TileFunction& function,
              double share, const std::vector<torch::Tensor>& sums) {
  const std::vector<store::Start> starts = all_starts(size, options);
  torch::Tensor weights = blending_weights(options);
  torch::Tensor weight_sums = at::zeros(shape_of(size));
  for (const store::Start& start : starts) {
    const Overlap part = overlap_of(weight_sums, weights, start);
    part.of_whole.add_(part.of_window);
  }
  std::vector<torch::Tensor> slid; // where the function gives its results, so that nothing waits for a GPU before the end
  for (const store::Start& start : starts) {
    const torch::Tensor output = function(read(start)).to(at::kFloat);
    check_tile(output, sums.size(), options.window);
    if (slid.empty()) {
      for (const torch::Tensor& sum : sums) {
        slid.push_back(sum.to(output.device()));
      }
      weights = weights.to(output.device());
      weight_sums = weight_sums.to(output.device());
    }
    const Overlap weight = overlap_of(weight_sums, weights, start);
    const torch::Tensor shares = weight.of_window / weight.of_whole;
    for (std::size_t k = 0; k < slid.size(); ++k) {
      const Overlap part = overlap_of(slid[k], output[0][signed_side(k)], start);
      part.of_whole.addcmul_(part.of_window, shares, share);
    }
  }
  for (std::size_t k = 0; k < slid.size(); ++k) {
    sums[k].copy_(slid[k]); // nothing where they are the same
  }
}

torch::Tensor slide(const torch::Tensor& volume, std::int64_t outputs, const SlidingOptions& options,
                    const TileFunction& function) {
  if (volume.dim() != 4 || volume.numel() == 0) {
    throw Error(ExitCode::kInternal, "slide: expected [C, H, W, D], found " + checkpoint::shape_text(volume.sizes()));
  }
  const image::Size size{static_cast<std::size_t>(volume.size(1)), static_cast<std::size_t>(volume.size(2)),
                         static_cast<std::size_t>(volume.size(3))};
  const ReadTile read = [&](const store::Start& start) {
    std::vector<std::int64_t> shape = shape_of(options.window);
    shape.insert(shape.begin(), {1, volume.size(0)});
    torch::Tensor tile = at::zeros(shape, volume.options());
    for (std::int64_t channel = 0; channel < volume.size(0); ++channel) {
      copy_box(volume[channel], start, tile[0][channel]);
    }
    return tile;
  };
  std::vector<std::int64_t> shape = shape_of(size);
  shape.insert(shape.begin(), outputs);
  torch::Tensor sums = at::zeros(shape);
  add_slid(size, options, read, function, 1, sums.unbind());
  return sums;
}

TileFunction with_flips(TileFunction function, const std::vector<std::int64_t>& axes) {
  if (axes.empty()) {
    return function;
  }
  return [function = std::move(function), axes](const torch::Tensor& tile) {
    const auto combinations = std::size_t{1} << axes.size();
    torch::Tensor sum;
    for (std::size_t combination = 0; combination < combinations; ++combination) {
      std::vector<std::int64_t> flipped;
      for (std::size_t i = 0; i < axes.size(); ++i) {
        if ((combination >> i & 1U) != 0) {
          flipped.push_back(axes[i] + 2);
        }
      }
      torch::Tensor output = function(tile.flip(flipped)).to(at::kFloat);
      output = output.dim() == tile.dim() ? output.flip(flipped) : output;
      sum = sum.defined() ? sum.add_(output) : output;
    }
    return sum.div_(static_cast<double>(combinations));
  };
}

} // namespace brainmvp::infer
