// The planes that a row of outputs sees are first copied into rings of zero-padded planes, a ring for every vector of channels:
// memory is then read and written in whole cache lines, and rows are contiguous vectors without borders.
#include "nn/kernels/depthwise_kernels.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/kernels/depthwise_kernels.cpp" // this file, compiled once for each instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace brainmvp::nn {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, 16>;
using Vector = hn::Vec<Tag>;
using Bits = hn::Rebind<std::uint32_t, Tag>;
using Halves = hn::Rebind<std::uint16_t, Tag>;

// Outputs of a row that are summed in registers at once, beside the taps of a row.
constexpr std::int64_t kTile = hn::MaxLanes(Tag()) >= 16 ? 16 : 8;

// Offsets, in floats, of the parts of a scratch.
struct Layout {
  explicit Layout(const DepthwiseShape& s)
      : lanes(static_cast<std::int64_t>(hn::Lanes(Tag()))), padding(s.kernel / 2),
        row((s.width + s.y_stride * kTile + 2 * padding) * lanes), plane((s.height + 2 * padding) * row), ring(s.kernel * plane),
        blocks(kDepthwiseChannels / lanes), taps(blocks * ring), taps_of_block(s.kernel * s.kernel * s.kernel * lanes),
        gradient(taps + blocks * taps_of_block), size(gradient + (s.width + kTile) * lanes) {}

  std::int64_t lanes, padding, row, plane, ring, blocks, taps, taps_of_block, gradient, size;
};

// Channels of one vector of a group.
struct Block {
  std::int64_t first = 0; // channel
  std::int64_t used = 0;  // lanes that hold channels
  float* ring = nullptr;
  float* taps = nullptr; // or sums of their gradients
};

HWY_INLINE Vector load(const float* from) { return hn::LoadU(Tag(), from); }

HWY_INLINE Vector load(const std::uint16_t* from) {
  return hn::BitCast(Tag(), hn::ShiftLeft<16>(hn::PromoteTo(Bits(), hn::LoadU(Halves(), from))));
}

HWY_INLINE void store(Vector value, float* to) { hn::StoreU(value, Tag(), to); }

// Rounds to nearest even; a NaN stays one.
HWY_INLINE void store(Vector value, std::uint16_t* to) {
  const Bits bits;
  const auto raw = hn::BitCast(bits, value);
  const auto odd = hn::And(hn::ShiftRight<16>(raw), hn::Set(bits, 1));
  const auto rounded = hn::ShiftRight<16>(hn::Add(hn::Add(raw, hn::Set(bits, 0x7FFF)), odd));
  const auto kept = hn::IfThenElse(hn::RebindMask(bits, hn::IsNaN(value)), hn::Set(bits, 0x7FC0), rounded);
  hn::StoreU(hn::DemoteTo(Halves(), hn::BitCast(hn::Rebind<std::int32_t, Tag>(), kept)), Halves(), to);
}

template <class T>
HWY_INLINE Vector load_some(const T* from, std::int64_t used, std::int64_t lanes) {
  if (used == lanes) {
    return load(from);
  }
  HWY_ALIGN T values[hn::MaxLanes(Tag())] = {};
  std::copy_n(from, used, values);
  return load(values);
}

template <class T>
HWY_INLINE void store_some(Vector value, std::int64_t used, std::int64_t lanes, T* to) {
  if (used == lanes) {
    store(value, to);
    return;
  }
  HWY_ALIGN T values[hn::MaxLanes(Tag())];
  store(value, values);
  std::copy_n(values, used, to);
}

// Sides of what has values at every stride-th position of a grid.
std::int64_t side_of(std::int64_t grid, std::int64_t stride) { return (grid + stride - 1) / stride; }

// Copies `count` positions of a block of channels: from stride C to stride `lanes`, times `step`.
template <class T>
void gather(const T* from, std::int64_t channels, std::int64_t used, std::int64_t count, std::int64_t lanes, float* to,
            std::int64_t step = 1) {
  for (std::int64_t i = 0; i < count; ++i, from += channels, to += step * lanes) {
    hn::StoreU(load_some(from, used, lanes), Tag(), to);
  }
}

// Calls work(block) for the vectors of the group.
template <class Work>
HWY_INLINE void for_each_block(const DepthwiseShape& s, const Layout& layout, std::int64_t first, float* scratch,
                               const Work& work) {
  for (std::int64_t i = 0; i < layout.blocks && first + i * layout.lanes < s.channels; ++i) {
    const std::int64_t channel = first + i * layout.lanes;
    work(Block{.first = channel,
               .used = std::min(layout.lanes, s.channels - channel),
               .ring = scratch + i * layout.ring,
               .taps = scratch + layout.taps + i * layout.taps_of_block});
  }
}

// Plane d of x into its place in the rings. Planes and rows without values stay as they are.
template <class T>
void gather_plane(const DepthwiseShape& s, const Layout& layout, const T* x, std::int64_t first, std::int64_t d, float* scratch) {
  const std::int64_t place = (d + s.kernel) % s.kernel * layout.plane;
  if (d < 0 || d >= s.depth || d % s.x_stride != 0) {
    return;
  }
  const std::int64_t height = side_of(s.height, s.x_stride), width = side_of(s.width, s.x_stride);
  for (std::int64_t h = 0; h < s.height; h += s.x_stride) {
    const T* row = x + (d / s.x_stride * height + h / s.x_stride) * width * s.channels;
    const std::int64_t to = place + (h + layout.padding) * layout.row + layout.padding * layout.lanes;
    for_each_block(s, layout, first, scratch, [&](const Block& b) {
      gather(row + b.first, s.channels, b.used, width, layout.lanes, b.ring + to, s.x_stride);
    });
  }
}

struct Strides {
  std::int64_t x = 1, y = 1;
};

// Calls work(block, rows, position) for the rows of y in the slab's planes and the vectors of its channels: rows of inputs that
// the row sees, kernel^2 of them, null where x has no values or ends, and the position of the row's first channel in y.
template <std::int64_t Kernel, Strides By, class T, class Work>
HWY_INLINE void for_each_row(const DepthwiseShape& s, const Layout& layout, const DepthwiseSlab& slab, const T* x, float* scratch,
                             const Work& work) {
  std::fill_n(scratch, layout.blocks * layout.ring, 0.0F);
  for (std::int64_t d = slab.begin - layout.padding; d < slab.begin + layout.padding; ++d) {
    gather_plane(s, layout, x, slab.first, d, scratch);
  }
  for (std::int64_t d = slab.begin; d < slab.end; ++d) {
    gather_plane(s, layout, x, slab.first, d + layout.padding, scratch);
    if (d % By.y != 0) {
      continue;
    }
    for (std::int64_t h = 0; h < s.height; h += By.y) {
      for_each_block(s, layout, slab.first, scratch, [&](const Block& b) {
        const float* rows[Kernel * Kernel];
        for (std::int64_t i = 0; i < Kernel * Kernel; ++i) {
          const std::int64_t plane = (d + i / Kernel - layout.padding + Kernel) % Kernel;
          const std::int64_t seen_d = d + i / Kernel - layout.padding, seen_h = h + i % Kernel - layout.padding;
          const bool is_inside = seen_d >= 0 && seen_d < s.depth && seen_h >= 0 && seen_h < s.height;
          const bool has_values = is_inside && (By.x == 1 || (seen_d % 2 == 0 && seen_h % 2 == 0));
          rows[i] = has_values ? b.ring + plane * layout.plane + (h + i % Kernel) * layout.row : nullptr;
        }
        const std::int64_t height = side_of(s.height, By.y), width = side_of(s.width, By.y);
        work(b, rows, (d / By.y * height + h / By.y) * width * s.channels + b.first);
      });
    }
  }
}

// Calls work(constant) for 0 .. Count - 1: arrays of vectors that it indexes with constants stay in registers.
template <std::int64_t Count, class Work>
HWY_INLINE void unrolled(const Work& work) {
  [&work]<std::int64_t... I>(std::integer_sequence<std::int64_t, I...>) __attribute__((always_inline)) {
    (work(std::integral_constant<std::int64_t, I>()), ...);
  }
  (std::make_integer_sequence<std::int64_t, Count>());
}

// Adds to Tile outputs what one row of inputs gives them; each input is loaded once.
template <std::int64_t Kernel, std::int64_t Tile, std::int64_t Stride>
HWY_INLINE void add_row(const float* row, const float* taps, std::int64_t lanes, Vector* sums) {
  const Tag tag;
  Vector tap[Kernel];
  unrolled<Kernel>([&](auto kw) __attribute__((always_inline)) { tap[kw] = hn::LoadU(tag, taps + kw * lanes); });
  unrolled<(Tile - 1) * Stride + Kernel>([&](auto j) __attribute__((always_inline)) {
    const Vector x = hn::LoadU(tag, row + j * lanes);
    unrolled<Kernel>([&](auto kw) __attribute__((always_inline)) {
      if constexpr (j - kw >= 0 && (j - kw) % Stride == 0 && (j - kw) / Stride < Tile) {
        sums[(j - kw) / Stride] = hn::MulAdd(tap[kw], x, sums[(j - kw) / Stride]);
      }
    });
  });
}

template <std::int64_t Kernel, std::int64_t Tile, Strides By, class T>
HWY_INLINE void convolve_tile(const DepthwiseShape& s, const Layout& layout, const float* const* rows, std::int64_t w,
                              std::int64_t width, const float* taps, Vector start, std::int64_t used, T* y) {
  Vector sums[Tile];
  unrolled<Tile>([&](auto t) __attribute__((always_inline)) { sums[t] = start; });
  for (std::int64_t i = 0; i < Kernel * Kernel; ++i) {
    if (rows[i] == nullptr) {
      continue;
    }
    add_row<Kernel, Tile, By.y>(rows[i] + w * By.y * layout.lanes, taps + i * Kernel * layout.lanes, layout.lanes, sums);
  }
  unrolled<Tile>([&](auto t) __attribute__((always_inline)) {
    if (w + t < width) {
      store_some(sums[t], used, layout.lanes, y + (w + t) * s.channels);
    }
  });
}

template <std::int64_t Kernel, Strides By, class T>
void convolve(const DepthwiseShape& s, const DepthwiseSlab& slab, const T* x, const float* weight, const float* bias, T* y,
              float* scratch) {
  const Layout layout(s);
  for_each_block(s, layout, slab.first, scratch, [&](const Block& b) {
    gather(weight + b.first, s.channels, b.used, Kernel * Kernel * Kernel, layout.lanes, b.taps);
  });
  const std::int64_t width = side_of(s.width, By.y);
  for_each_row<Kernel, By>(s, layout, slab, x, scratch, [&](const Block& b, const float* const* rows, std::int64_t position) {
    const Vector start = bias == nullptr ? hn::Zero(Tag()) : load_some(bias + b.first, b.used, layout.lanes);
    std::int64_t w = 0;
    for (; width - w > kTile / 2; w += kTile) {
      convolve_tile<Kernel, kTile, By>(s, layout, rows, w, width, b.taps, start, b.used, y + position);
    }
    for (; w < width; w += kTile / 2) {
      convolve_tile<Kernel, kTile / 2, By>(s, layout, rows, w, width, b.taps, start, b.used, y + position);
    }
  });
}

// totals[r][kw] += sum over w of gy[w] * rows[r][Stride w + kw], for Rows rows of inputs at once, so that the multiplier does not
// wait for a sum. gy is zero beyond the row's end.
template <std::int64_t Kernel, std::int64_t Rows, std::int64_t Stride>
HWY_INLINE void add_row_gradient(const float* gy, const float* const* rows, std::int64_t width, std::int64_t lanes,
                                 float* totals) {
  constexpr std::int64_t kSteps = 4;
  const Tag tag;
  Vector sums[Rows * Kernel];
  unrolled<Rows * Kernel>([&](auto i) __attribute__((always_inline)) { sums[i] = hn::LoadU(tag, totals + i * lanes); });
  for (std::int64_t w = 0; w < width; w += kSteps) {
    Vector g[kSteps];
    unrolled<kSteps>([&](auto t) __attribute__((always_inline)) { g[t] = hn::LoadU(tag, gy + (w + t) * lanes); });
    unrolled<((kSteps - 1) * Stride + Kernel) * Rows>([&](auto i) __attribute__((always_inline)) {
      constexpr std::int64_t kStep = i / Rows, kRow = i % Rows;
      const Vector x = hn::LoadU(tag, rows[kRow] + (w * Stride + kStep) * lanes);
      unrolled<Kernel>([&](auto kw) __attribute__((always_inline)) {
        if constexpr (kStep - kw >= 0 && (kStep - kw) % Stride == 0 && (kStep - kw) / Stride < kSteps) {
          sums[kRow * Kernel + kw] = hn::MulAdd(g[(kStep - kw) / Stride], x, sums[kRow * Kernel + kw]);
        }
      });
    });
  }
  unrolled<Rows * Kernel>([&](auto i) __attribute__((always_inline)) { hn::StoreU(sums[i], tag, totals + i * lanes); });
}

template <std::int64_t Kernel, std::int64_t Stride, class T>
void weight_gradient(const DepthwiseShape& s, const DepthwiseSlab& slab, const T* x, const T* gy, float* gw, float* scratch) {
  const Layout layout(s);
  constexpr std::int64_t kRows = Kernel * Kernel;
  float* gy_row = scratch + layout.gradient;
  std::fill_n(scratch + layout.taps, layout.blocks * layout.taps_of_block, 0.0F);
  std::fill_n(gy_row, (s.width + kTile) * layout.lanes, 0.0F);
  const std::int64_t width = side_of(s.width, Stride);
  constexpr Strides kBy{.x = 1, .y = Stride};
  for_each_row<Kernel, kBy>(s, layout, slab, x, scratch, [&](const Block& b, const float* const* rows, std::int64_t position) {
    gather(gy + position, s.channels, b.used, width, layout.lanes, gy_row);
    for (std::int64_t i = 0; i < kRows; ++i) {
      float* totals = b.taps + i * Kernel * layout.lanes;
      if (i + 1 < kRows && rows[i] != nullptr && rows[i + 1] != nullptr) {
        add_row_gradient<Kernel, 2, Stride>(gy_row, rows + i, width, layout.lanes, totals);
        ++i;
      } else if (rows[i] != nullptr) {
        add_row_gradient<Kernel, 1, Stride>(gy_row, rows + i, width, layout.lanes, totals);
      }
    }
  });
  for_each_block(s, layout, slab.first, scratch, [&](const Block& b) {
    for (std::int64_t tap = 0; tap < kRows * Kernel; ++tap) {
      std::copy_n(b.taps + tap * layout.lanes, b.used, gw + tap * s.channels + b.first);
    }
  });
}

std::int64_t scratch_size(const DepthwiseShape& shape) { return Layout(shape).size; }

template <std::int64_t Kernel, class T>
auto convolution_by(const DepthwiseShape& s) {
  constexpr Strides kSame, kSpread{.x = 2, .y = 1}, kSampled{.x = 1, .y = 2};
  return s.x_stride == 2   ? convolve<Kernel, kSpread, T>
         : s.y_stride == 2 ? convolve<Kernel, kSampled, T>
                           : convolve<Kernel, kSame, T>;
}

template <class T>
void convolve_stored(const DepthwiseShape& s, const DepthwiseSlab& slab, const void* x, const float* weight, const float* bias,
                     void* y, float* scratch) {
  const auto run = s.kernel == 3 ? convolution_by<3, T>(s) : convolution_by<5, T>(s);
  run(s, slab, static_cast<const T*>(x), weight, bias, static_cast<T*>(y), scratch);
}

void convolve_any(const DepthwiseShape& s, const DepthwiseSlab& slab, const void* x, const float* weight, const float* bias,
                  void* y, float* scratch) {
  const auto run = s.storage == Storage::kFloat ? convolve_stored<float> : convolve_stored<std::uint16_t>;
  run(s, slab, x, weight, bias, y, scratch);
}

template <class T>
void weight_gradient_stored(const DepthwiseShape& s, const DepthwiseSlab& slab, const void* x, const void* gy, float* gw,
                            float* scratch) {
  const auto run = s.y_stride == 2 ? (s.kernel == 3 ? weight_gradient<3, 2, T> : weight_gradient<5, 2, T>)
                                   : (s.kernel == 3 ? weight_gradient<3, 1, T> : weight_gradient<5, 1, T>);
  run(s, slab, static_cast<const T*>(x), static_cast<const T*>(gy), gw, scratch);
}

void weight_gradient_any(const DepthwiseShape& s, const DepthwiseSlab& slab, const void* x, const void* gy, float* gw,
                         float* scratch) {
  const auto run = s.storage == Storage::kFloat ? weight_gradient_stored<float> : weight_gradient_stored<std::uint16_t>;
  run(s, slab, x, gy, gw, scratch);
}

} // namespace HWY_NAMESPACE
} // namespace brainmvp::nn
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace brainmvp::nn {

HWY_EXPORT(scratch_size);
HWY_EXPORT(convolve_any);
HWY_EXPORT(weight_gradient_any);

std::vector<float> depthwise_scratch(const DepthwiseShape& shape) {
  return std::vector<float>(static_cast<std::size_t>(HWY_DYNAMIC_DISPATCH(scratch_size)(shape)));
}

void depthwise_channels(const DepthwiseShape& shape, const DepthwiseSlab& slab, const void* x, const float* weight,
                        const float* bias, void* y, std::vector<float>& scratch) {
  HWY_DYNAMIC_DISPATCH(convolve_any)(shape, slab, x, weight, bias, y, scratch.data());
}

void depthwise_weight_gradient(const DepthwiseShape& shape, const DepthwiseSlab& slab, const void* x, const void* gy, float* gw,
                               std::vector<float>& scratch) {
  HWY_DYNAMIC_DISPATCH(weight_gradient_any)(shape, slab, x, gy, gw, scratch.data());
}

} // namespace brainmvp::nn
#endif
