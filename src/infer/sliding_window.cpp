#include "infer/sliding_window.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "base/error.h"
#include "checkpoint/dtype.h"
#include "image/windows.h"
#include "infer/boxes.h"

namespace brainmvp::infer {
namespace {

constexpr double kSigmaOfWindow = 0.125;
constexpr double kLeastWeight = 1e-3;

std::int64_t signed_side(std::size_t voxels) { return static_cast<std::int64_t>(voxels); }

std::vector<std::int64_t> shape_of(const image::Size& size) {
  return {signed_side(size[0]), signed_side(size[1]), signed_side(size[2])};
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

void check_tile(const torch::Tensor& tile, std::int64_t outputs, const image::Size& window) {
  std::vector<std::int64_t> expected{1, outputs};
  for (const std::int64_t side : shape_of(window)) {
    expected.push_back(side);
  }
  if (tile.sizes() != at::IntArrayRef(expected)) {
    throw Error(ExitCode::kInternal, "sliding window: the network gave " + checkpoint::shape_text(tile.sizes()) + "; expected " +
                                         checkpoint::shape_text(expected));
  }
}

// Sums [K, planes, W, D] from plane `first` of the volume on, where the functions give their results, so that nothing waits for a
// GPU before planes are done.
struct HeldPlanes {
  torch::Tensor sums;
  std::int64_t first = 0;

  void add(const torch::Tensor& output, const torch::Tensor& shares, const store::Start& start, double share) {
    const store::Start place{start[0] - first, start[1], start[2]};
    const torch::Tensor weights = overlap_of(sums[0], shares, place).of_window;
    for (std::int64_t k = 0; k < sums.size(0); ++k) {
      const Overlap part = overlap_of(sums[k], output[k], place);
      part.of_whole.addcmul_(part.of_window, weights, share);
    }
  }

  // Gives the planes before `end` on, which are done, a few at a time, since who takes them copies them.
  void release(std::int64_t end, const TakePlanes& take) {
    constexpr std::int64_t kAtOnce = 16;
    const std::int64_t count = end - first, all = sums.size(1);
    for (std::int64_t at = 0; at < count; at += kAtOnce) {
      take(sums.narrow(1, at, std::min(kAtOnce, count - at)).to(at::kCPU));
    }
    for (std::int64_t plane = count; plane < all; ++plane) {
      sums.select(1, plane - count).copy_(sums.select(1, plane));
    }
    sums.narrow(1, all - count, count).zero_();
    first = end;
  }
};

// The windows of a slide, row by row of the first axis.
class Rows {
public:
  Rows(const image::Size& size, const Slide& slide) : slide_(slide), size_(shape_of(size)) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      starts_[axis] = image::window_starts(size[axis], slide.options.window[axis], slide.options.overlap);
    }
  }

  [[nodiscard]] const std::vector<std::int64_t>& firsts() const { return starts_[0]; }

  // Planes from `begin` on that the windows reach which begin before `end`.
  [[nodiscard]] std::int64_t reach(std::int64_t begin, std::int64_t end) const {
    const auto after = std::ranges::lower_bound(starts_[0], end);
    return after == starts_[0].begin() ? 0 : *std::prev(after) + weights_.size(0) - begin;
  }

  // Runs the windows that begin before plane `end`.
  void run(std::int64_t end, HeldPlanes& held) {
    for (; next_ < starts_[0].size() && starts_[0][next_] < end; ++next_) {
      torch::Tensor weight_sums = weight_sums_of(starts_[0][next_]);
      for (const std::int64_t j : starts_[1]) {
        for (const std::int64_t k : starts_[2]) {
          const torch::Tensor output = slide_.function(slide_.read({starts_[0][next_], j, k})).to(at::kFloat);
          check_tile(output, held.sums.size(0), slide_.options.window);
          for (torch::Tensor* tensor : {&held.sums, &weights_, &weight_sums}) {
            *tensor = tensor->to(output.device());
          }
          held.add(output[0], shares_of(weight_sums, j, k), {starts_[0][next_], j, k}, slide_.share);
        }
      }
    }
  }

private:
  // Of all windows, over the planes of those that begin at `first`.
  [[nodiscard]] torch::Tensor weight_sums_of(std::int64_t first) const {
    torch::Tensor sums = at::zeros({weights_.size(0), size_[1], size_[2]}, weights_.options());
    for (const std::int64_t i : starts_[0]) {
      if (std::abs(i - first) >= weights_.size(0)) {
        continue;
      }
      for (const std::int64_t j : starts_[1]) {
        for (const std::int64_t k : starts_[2]) {
          const Overlap part = overlap_of(sums, weights_, {i - first, j, k});
          part.of_whole.add_(part.of_window);
        }
      }
    }
    return sums;
  }

  // What a window counts for, [window...]; 0 where it sticks out of the last two axes.
  [[nodiscard]] torch::Tensor shares_of(const torch::Tensor& weight_sums, std::int64_t j, std::int64_t k) const {
    torch::Tensor shares = at::zeros_like(weights_);
    const Overlap weight = overlap_of(weight_sums, weights_, {0, j, k});
    overlap_of(weight_sums, shares, {0, j, k}).of_window.copy_(weight.of_window / weight.of_whole);
    return shares;
  }

  const Slide& slide_;
  std::vector<std::int64_t> size_;
  std::array<std::vector<std::int64_t>, 3> starts_;
  torch::Tensor weights_ = blending_weights(slide_.options);
  std::size_t next_ = 0;
};

// Where planes before are done, because every window that shows them has begun before.
std::vector<std::int64_t> ends_of(const std::vector<Rows>& all, std::int64_t planes) {
  std::set<std::int64_t> ends{planes};
  for (const Rows& rows : all) {
    ends.insert(rows.firsts().begin(), rows.firsts().end());
  }
  ends.erase(ends.begin(), ends.upper_bound(0));
  return {ends.begin(), ends.end()};
}

} // namespace

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

void slide_planes(const image::Size& size, std::int64_t outputs, const std::vector<Slide>& slides, const TakePlanes& take) {
  std::vector<Rows> all;
  for (const Slide& slide : slides) {
    all.emplace_back(size, slide);
  }
  const std::vector<std::int64_t> ends = ends_of(all, signed_side(size[0]));
  std::int64_t held_planes = 0, begin = 0;
  for (const std::int64_t end : ends) {
    for (const Rows& rows : all) {
      held_planes = std::max({held_planes, end - begin, rows.reach(begin, end)});
    }
    begin = end;
  }
  HeldPlanes held{.sums = at::zeros({outputs, held_planes, signed_side(size[1]), signed_side(size[2])}), .first = 0};
  for (const std::int64_t end : ends) {
    for (Rows& rows : all) {
      rows.run(end, held);
    }
    held.release(end, take);
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
  std::vector<torch::Tensor> parts;
  slide_planes(size, outputs, {{.options = options, .read = read, .function = function}},
               [&](const torch::Tensor& planes) { parts.push_back(planes.clone()); });
  return at::cat(parts, 1);
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
