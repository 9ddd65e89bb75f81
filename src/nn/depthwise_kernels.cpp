// One block of channels is first copied into a zero-padded volume of its own: rows are then contiguous vectors without borders.
#include "nn/depthwise_kernels.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/depthwise_kernels.cpp" // this file, compiled once for each instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace brainmvp::nn {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, 16>;
using Vector = hn::Vec<Tag>;

constexpr std::int64_t kTile = 12; // outputs of a row that are summed in registers at once

// Offsets, in floats, of the parts of a scratch.
struct Layout {
  explicit Layout(const DepthwiseShape& s)
      : lanes(static_cast<std::int64_t>(hn::Lanes(Tag()))), padding(s.kernel / 2), rows(s.height + 2 * padding),
        row((s.width + kTile + 2 * padding) * lanes), gradient_row((s.width + 1) * lanes),
        taps((s.depth + 2 * padding) * rows * row), gradient(taps + s.kernel * s.kernel * s.kernel * lanes),
        size(gradient + s.depth * s.height * gradient_row) {}

  std::int64_t lanes, padding, rows, row, gradient_row, taps, gradient, size;
};

// Copies `count` positions of a block of channels: from stride C to stride `lanes`.
void gather(const float* from, std::int64_t channels, std::int64_t used, std::int64_t count, std::int64_t lanes, float* to) {
  const Tag tag;
  for (std::int64_t i = 0; i < count; ++i, from += channels, to += lanes) {
    if (used == lanes) {
      hn::StoreU(hn::LoadU(tag, from), tag, to);
    } else {
      std::copy_n(from, used, to);
    }
  }
}

void gather_padded(const DepthwiseShape& s, const Layout& layout, const float* x, std::int64_t used, float* padded) {
  for (std::int64_t d = 0; d < s.depth; ++d) {
    for (std::int64_t h = 0; h < s.height; ++h) {
      float* to = padded + ((d + layout.padding) * layout.rows + h + layout.padding) * layout.row + layout.padding * layout.lanes;
      gather(x + (d * s.height + h) * s.width * s.channels, s.channels, used, s.width, layout.lanes, to);
    }
  }
}

// Tile outputs of one row; `corner` is the first input that the first output sees.
template <std::int64_t Kernel, std::int64_t Tile>
HWY_INLINE void convolve_tile(const Layout& layout, const float* corner, const float* taps, Vector start, Vector* sums) {
  const Tag tag;
  for (std::int64_t t = 0; t < Tile; ++t) {
    sums[t] = start;
  }
  for (std::int64_t kd = 0; kd < Kernel; ++kd) {
    for (std::int64_t kh = 0; kh < Kernel; ++kh) {
      const float* row = corner + (kd * layout.rows + kh) * layout.row;
      for (std::int64_t kw = 0; kw < Kernel; ++kw, taps += layout.lanes) {
        const Vector tap = hn::LoadU(tag, taps);
        for (std::int64_t t = 0; t < Tile; ++t) {
          sums[t] = hn::MulAdd(tap, hn::LoadU(tag, row + (t + kw) * layout.lanes), sums[t]);
        }
      }
    }
  }
}

template <std::int64_t Kernel, std::int64_t Tile>
HWY_INLINE void convolve_and_store(const DepthwiseShape& s, const Layout& layout, const float* corner, const float* taps,
                                   Vector start, std::int64_t used, std::int64_t count, float* y) {
  const Tag tag;
  Vector sums[Tile];
  convolve_tile<Kernel, Tile>(layout, corner, taps, start, sums);
  for (std::int64_t t = 0; t < Tile; ++t) {
    if (t < count && used == layout.lanes) {
      hn::StoreU(sums[t], tag, y + t * s.channels);
    } else if (t < count) {
      HWY_ALIGN float values[hn::MaxLanes(Tag())];
      hn::Store(sums[t], tag, values);
      std::copy_n(values, used, y + t * s.channels);
    }
  }
}

template <std::int64_t Kernel>
void convolve(const DepthwiseShape& s, const float* x, const float* weight, const float* bias, std::int64_t first, float* y,
              float* scratch) {
  const Tag tag;
  const Layout layout(s);
  const std::int64_t used = std::min(layout.lanes, s.channels - first);
  float* taps = scratch + layout.taps;
  gather_padded(s, layout, x + first, used, scratch);
  gather(weight + first, s.channels, used, Kernel * Kernel * Kernel, layout.lanes, taps);
  HWY_ALIGN float start[hn::MaxLanes(Tag())] = {};
  if (bias != nullptr) {
    std::copy_n(bias + first, used, start);
  }
  for (std::int64_t d = 0; d < s.depth; ++d) {
    for (std::int64_t h = 0; h < s.height; ++h) {
      const float* corner = scratch + (d * layout.rows + h) * layout.row;
      float* row = y + (d * s.height + h) * s.width * s.channels + first;
      std::int64_t w = 0;
      for (; s.width - w > kTile / 2; w += kTile) {
        convolve_and_store<Kernel, kTile>(s, layout, corner + w * layout.lanes, taps, hn::Load(tag, start), used, s.width - w,
                                          row + w * s.channels);
      }
      for (; w < s.width; w += kTile / 2) {
        convolve_and_store<Kernel, kTile / 2>(s, layout, corner + w * layout.lanes, taps, hn::Load(tag, start), used, s.width - w,
                                              row + w * s.channels);
      }
    }
  }
}

// total[kw] += sum over w of gy[w] * x[w + kw], over one row whose gradient is zero beyond its end; two sums a tap, so that
// the multiplier does not wait for them.
template <std::int64_t Kernel>
HWY_INLINE void add_row_gradient(const Layout& layout, const float* gy, const float* x, std::int64_t width, float* total) {
  const Tag tag;
  Vector even[Kernel];
  Vector odd[Kernel];
  for (std::int64_t kw = 0; kw < Kernel; ++kw) {
    even[kw] = hn::Zero(tag);
    odd[kw] = hn::Zero(tag);
  }
  for (std::int64_t w = 0; w < width; w += 2) {
    const Vector g0 = hn::LoadU(tag, gy + w * layout.lanes);
    const Vector g1 = hn::LoadU(tag, gy + (w + 1) * layout.lanes);
    for (std::int64_t kw = 0; kw < Kernel; ++kw) {
      even[kw] = hn::MulAdd(g0, hn::LoadU(tag, x + (w + kw) * layout.lanes), even[kw]);
      odd[kw] = hn::MulAdd(g1, hn::LoadU(tag, x + (w + 1 + kw) * layout.lanes), odd[kw]);
    }
  }
  for (std::int64_t kw = 0; kw < Kernel; ++kw) {
    float* sum = total + kw * layout.lanes;
    hn::StoreU(hn::Add(hn::LoadU(tag, sum), hn::Add(even[kw], odd[kw])), tag, sum);
  }
}

template <std::int64_t Kernel>
void weight_gradient(const DepthwiseShape& s, const float* x, const float* gy, std::int64_t first, float* gw, float* scratch) {
  const Layout layout(s);
  const std::int64_t used = std::min(layout.lanes, s.channels - first);
  constexpr std::int64_t kTaps = Kernel * Kernel * Kernel;
  float* totals = scratch + layout.taps;
  float* gradient = scratch + layout.gradient;
  std::fill_n(totals, kTaps * layout.lanes, 0.0F);
  gather_padded(s, layout, x + first, used, scratch);
  for (std::int64_t d = 0; d < s.depth; ++d) {
    for (std::int64_t h = 0; h < s.height; ++h) {
      float* gy_row = gradient + (d * s.height + h) * layout.gradient_row;
      gather(gy + (d * s.height + h) * s.width * s.channels + first, s.channels, used, s.width, layout.lanes, gy_row);
      for (std::int64_t kd = 0; kd < Kernel; ++kd) {
        for (std::int64_t kh = 0; kh < Kernel; ++kh) {
          const float* x_row = scratch + ((d + kd) * layout.rows + h + kh) * layout.row;
          add_row_gradient<Kernel>(layout, gy_row, x_row, s.width, totals + (kd * Kernel + kh) * Kernel * layout.lanes);
        }
      }
    }
  }
  for (std::int64_t tap = 0; tap < kTaps; ++tap) {
    std::copy_n(totals + tap * layout.lanes, used, gw + tap * s.channels + first);
  }
}

std::int64_t block() { return static_cast<std::int64_t>(hn::Lanes(Tag())); }

std::int64_t scratch_size(const DepthwiseShape& shape) { return Layout(shape).size; }

void convolve_any(const DepthwiseShape& s, const float* x, const float* weight, const float* bias, std::int64_t first, float* y,
                  float* scratch) {
  (s.kernel == 3 ? convolve<3> : convolve<5>)(s, x, weight, bias, first, y, scratch);
}

void weight_gradient_any(const DepthwiseShape& s, const float* x, const float* gy, std::int64_t first, float* gw,
                         float* scratch) {
  (s.kernel == 3 ? weight_gradient<3> : weight_gradient<5>)(s, x, gy, first, gw, scratch);
}

} // namespace HWY_NAMESPACE
} // namespace brainmvp::nn
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace brainmvp::nn {

HWY_EXPORT(block);
HWY_EXPORT(scratch_size);
HWY_EXPORT(convolve_any);
HWY_EXPORT(weight_gradient_any);

std::int64_t depthwise_block() { return HWY_DYNAMIC_DISPATCH(block)(); }

std::vector<float> depthwise_scratch(const DepthwiseShape& shape) {
  return std::vector<float>(static_cast<std::size_t>(HWY_DYNAMIC_DISPATCH(scratch_size)(shape)));
}

void depthwise_channels(const DepthwiseShape& shape, const float* x, const float* weight, const float* bias, std::int64_t first,
                        float* y, std::vector<float>& scratch) {
  HWY_DYNAMIC_DISPATCH(convolve_any)(shape, x, weight, bias, first, y, scratch.data());
}

void depthwise_weight_gradient(const DepthwiseShape& shape, const float* x, const float* gy, std::int64_t first, float* gw,
                               std::vector<float>& scratch) {
  HWY_DYNAMIC_DISPATCH(weight_gradient_any)(shape, x, gy, first, gw, scratch.data());
}

} // namespace brainmvp::nn
#endif
