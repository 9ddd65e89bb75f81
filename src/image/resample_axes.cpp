#include "image/resample_axes.h"

#include <algorithm>
#include <utility>

#include "base/memory.h"
#include "base/thread_pool.h"

namespace brainmvp::image {
namespace {

using Values = std::vector<float, BlockAllocator<float>>;

bool unchanged(const std::vector<Tap>& taps, std::size_t size, bool zero_outside) {
  if (taps.size() != size) {
    return false;
  }
  for (std::size_t at = 0; at < size; ++at) {
    if (taps[at].low != at || taps[at].weight != 0 || (zero_outside && !taps[at].inside)) {
      return false;
    }
  }
  return true;
}

// One row along i.
void along_row(const float* from, const std::vector<Tap>& taps, bool zero_outside, float* to) {
  for (std::size_t at = 0; at < taps.size(); ++at) {
    const Tap& tap = taps[at];
    const float value = from[tap.low] + tap.weight * (from[tap.high] - from[tap.low]);
    to[at] = zero_outside && !tap.inside ? 0.0F : value;
  }
}

// `count` neighbours along i at once: rows, or whole planes.
void between(const float* from, std::size_t count, const Tap& tap, bool zero_outside, float* to) {
  if (zero_outside && !tap.inside) {
    std::fill_n(to, count, 0.0F);
    return;
  }
  const float* low = from + tap.low * count;
  const float* high = from + tap.high * count;
  if (tap.weight == 0) {
    std::copy_n(low, count, to);
    return;
  }
  const float weight = tap.weight;
  for (std::size_t at = 0; at < count; ++at) {
    to[at] = low[at] + weight * (high[at] - low[at]);
  }
}

// Resamples `axis` of an array of `size`.
void along_axis(const float* from, const Size& size, std::size_t axis, const std::vector<Tap>& taps, bool zero_outside,
                std::size_t threads, float* to) {
  if (axis == 0) {
    parallel_for(size[2], threads, [&](std::size_t k) {
      for (std::size_t row = k * size[1]; row < (k + 1) * size[1]; ++row) {
        along_row(from + row * size[0], taps, zero_outside, to + row * taps.size());
      }
    });
  } else if (axis == 1) {
    parallel_for(size[2], threads, [&](std::size_t k) {
      const float* slab = from + k * size[0] * size[1];
      for (std::size_t j = 0; j < taps.size(); ++j) {
        between(slab, size[0], taps[j], zero_outside, to + (k * taps.size() + j) * size[0]);
      }
    });
  } else {
    const std::size_t plane = size[0] * size[1];
    parallel_for(taps.size(), threads, [&](std::size_t k) { between(from, plane, taps[k], zero_outside, to + k * plane); });
  }
}

} // namespace

void resample_axes(const Volume& source, const std::array<std::vector<Tap>, 3>& taps, bool zero_outside, std::size_t threads,
                   Volume& out) {
  std::vector<std::size_t> axes; // what shrinks most comes first, so that later passes have less to do
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (!unchanged(taps[axis], source.size[axis], zero_outside)) {
      axes.push_back(axis);
    }
  }
  std::ranges::stable_sort(
      axes, [&](std::size_t a, std::size_t b) { return taps[a].size() * source.size[b] < taps[b].size() * source.size[a]; });
  if (axes.empty()) {
    out.data = source.data;
    return;
  }
  Size size = source.size;
  Values last;
  const float* from = source.data.data();
  for (const std::size_t axis : axes) {
    Size next = size;
    next[axis] = taps[axis].size();
    if (axis == axes.back()) {
      resize_large(out.data, out.voxels());
      along_axis(from, size, axis, taps[axis], zero_outside, threads, out.data.data());
    } else {
      Values values(voxel_count(next));
      along_axis(from, size, axis, taps[axis], zero_outside, threads, values.data());
      last = std::move(values);
      from = last.data();
    }
    size = next;
  }
}

} // namespace brainmvp::image
