#include "nn/kernels/gemm.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/kernels/gemm.cpp" // this file, compiled once for each instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace brainmvp::nn {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, 16>;
using Vector = hn::Vec<Tag>;

// Sums held in registers: kRows x two vectors, of 16 registers or of 32 where they have 512 bits.
constexpr std::int64_t kRows = hn::MaxLanes(Tag()) >= 16 ? 12 : 6;
constexpr std::int64_t kColumns = 2 * static_cast<std::int64_t>(hn::MaxLanes(Tag()));
constexpr std::int64_t kDepth = 256; // of a panel of b, so that it stays in the first-level cache

struct Target {
  float* data;
  std::int64_t row;
  std::int64_t columns; // that exist; the panel is padded to kColumns
  bool accumulate;
};

HWY_INLINE void store_row(const Target& c, std::int64_t i, Vector low, Vector high) {
  const Tag tag;
  constexpr auto kLanes = static_cast<std::int64_t>(hn::MaxLanes(Tag()));
  float* out = c.data + i * c.row;
  if (c.columns == kColumns) {
    hn::StoreU(c.accumulate ? hn::Add(low, hn::LoadU(tag, out)) : low, tag, out);
    hn::StoreU(c.accumulate ? hn::Add(high, hn::LoadU(tag, out + kLanes)) : high, tag, out + kLanes);
    return;
  }
  HWY_ALIGN float values[kColumns];
  hn::Store(low, tag, values);
  hn::Store(high, tag, values + kLanes);
  for (std::int64_t j = 0; j < c.columns; ++j) {
    out[j] = c.accumulate ? out[j] + values[j] : values[j];
  }
}

template <std::int64_t Rows>
HWY_INLINE void multiply_tile(const Factor& a, const float* panel, std::int64_t depth, const Target& c) {
  const Tag tag;
  constexpr auto kLanes = static_cast<std::int64_t>(hn::MaxLanes(Tag()));
  Vector low[Rows];
  Vector high[Rows];
  for (std::int64_t i = 0; i < Rows; ++i) {
    low[i] = hn::Zero(tag);
    high[i] = hn::Zero(tag);
  }
  const float* from = a.data;
  for (std::int64_t k = 0; k < depth; ++k, from += a.column, panel += kColumns) {
    const Vector b0 = hn::Load(tag, panel);
    const Vector b1 = hn::Load(tag, panel + kLanes);
    for (std::int64_t i = 0; i < Rows; ++i) {
      const Vector factor = hn::Set(tag, from[i * a.row]);
      low[i] = hn::MulAdd(factor, b0, low[i]);
      high[i] = hn::MulAdd(factor, b1, high[i]);
    }
  }
  for (std::int64_t i = 0; i < Rows; ++i) {
    store_row(c, i, low[i], high[i]);
  }
}

void pack_panel(const float* b, std::int64_t row, std::int64_t depth, std::int64_t columns, float* panel) {
  const Tag tag;
  constexpr auto kLanes = static_cast<std::int64_t>(hn::MaxLanes(Tag()));
  for (std::int64_t k = 0; k < depth; ++k, b += row, panel += kColumns) {
    if (columns == kColumns) {
      hn::Store(hn::LoadU(tag, b), tag, panel);
      hn::Store(hn::LoadU(tag, b + kLanes), tag, panel + kLanes);
    } else {
      std::fill(std::copy_n(b, columns, panel), panel + kColumns, 0.0F);
    }
  }
}

void multiply_panel(const Factor& a, std::int64_t rows, const float* panel, std::int64_t depth, const Target& c) {
  std::int64_t i = 0;
  const auto tile_at = [&](std::int64_t first) {
    return Factor{.data = a.data + first * a.row, .row = a.row, .column = a.column};
  };
  const auto target_at = [&](std::int64_t first) {
    return Target{.data = c.data + first * c.row, .row = c.row, .columns = c.columns, .accumulate = c.accumulate};
  };
  for (; i + kRows <= rows; i += kRows) {
    multiply_tile<kRows>(tile_at(i), panel, depth, target_at(i));
  }
  for (; i + 2 <= rows; i += 2) {
    multiply_tile<2>(tile_at(i), panel, depth, target_at(i));
  }
  if (i < rows) {
    multiply_tile<1>(tile_at(i), panel, depth, target_at(i));
  }
}

void multiply_blocks(const ProductSize& size, const Factor& a, const float* b, std::int64_t b_row, float* c, std::int64_t c_row,
                     bool accumulate) {
  HWY_ALIGN float panel[kDepth * kColumns];
  for (std::int64_t k = 0; k < size.k; k += kDepth) {
    const std::int64_t depth = std::min(kDepth, size.k - k);
    const Factor part{.data = a.data + k * a.column, .row = a.row, .column = a.column};
    for (std::int64_t j = 0; j < size.n; j += kColumns) {
      const std::int64_t columns = std::min(kColumns, size.n - j);
      pack_panel(b + k * b_row + j, b_row, depth, columns, panel);
      multiply_panel(part, size.m, panel, depth,
                     {.data = c + j, .row = c_row, .columns = columns, .accumulate = accumulate || k > 0});
    }
  }
}

} // namespace HWY_NAMESPACE
} // namespace brainmvp::nn
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace brainmvp::nn {

HWY_EXPORT(multiply_blocks);

void multiply(const ProductSize& size, const Factor& a, const float* b, std::int64_t b_row, float* c, std::int64_t c_row,
              bool accumulate) {
  HWY_DYNAMIC_DISPATCH(multiply_blocks)(size, a, b, b_row, c, c_row, accumulate);
}

} // namespace brainmvp::nn
#endif
