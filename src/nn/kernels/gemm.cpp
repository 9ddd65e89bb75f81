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

// Rows of the next tile where `left` remain: few small tiles, whose sums are too few to keep the multipliers busy.
HWY_INLINE std::int64_t tile_rows(std::int64_t left) {
  if (left >= kRows && left != kRows + 1 && left != kRows + 2) {
    return kRows;
  }
  const bool as_fours = left >= kRows || left == 7 || left == 8 || left == 11;
  return left >= 6 && !as_fours ? 6 : std::min<std::int64_t>(left, 4);
}

void multiply_panel(const Factor& a, std::int64_t rows, const float* panel, std::int64_t depth, const Target& c) {
  for (std::int64_t i = 0; i < rows;) {
    const Factor part{.data = a.data + i * a.row, .row = a.row, .column = a.column};
    const Target to{.data = c.data + i * c.row, .row = c.row, .columns = c.columns, .accumulate = c.accumulate};
    const std::int64_t count = tile_rows(rows - i);
    if (count == kRows) {
      multiply_tile<kRows>(part, panel, depth, to);
    } else if (count == 6) {
      multiply_tile<6>(part, panel, depth, to);
    } else if (count == 4) {
      multiply_tile<4>(part, panel, depth, to);
    } else if (count == 3) {
      multiply_tile<3>(part, panel, depth, to);
    } else if (count == 2) {
      multiply_tile<2>(part, panel, depth, to);
    } else {
      multiply_tile<1>(part, panel, depth, to);
    }
    i += count;
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

// Panels stand in the order in which multiply_blocks would make them.
template <class Work>
HWY_INLINE void for_each_panel(const ProductSize& size, const Work& work) {
  for (std::int64_t k = 0; k < size.k; k += kDepth) {
    const std::int64_t depth = std::min(kDepth, size.k - k);
    for (std::int64_t j = 0; j < size.n; j += kColumns) {
      work(k, j, depth);
    }
  }
}

// `steps`: of the left factors, which lie where the segments say.
void multiply_packed(const ProductSize& size, std::span<const Segment> segments, const Factor& steps, const float* panels,
                     std::int64_t c_row, bool accumulate) {
  for_each_panel(size, [&](std::int64_t k, std::int64_t j, std::int64_t depth) {
    for (const Segment& segment : segments) {
      const Factor part{.data = segment.a + k * steps.column, .row = steps.row, .column = steps.column};
      multiply_panel(
          part, size.m, panels, depth,
          {.data = segment.c + j, .row = c_row, .columns = std::min(kColumns, size.n - j), .accumulate = accumulate || k > 0});
    }
    panels += depth * kColumns;
  });
}

std::int64_t packed_size(const ProductSize& size) { return size.k * ((size.n + kColumns - 1) / kColumns * kColumns); }

// Where element (k, j) of a right factor stands in its panels.
std::int64_t packed_place(const ProductSize& size, std::int64_t k, std::int64_t j) {
  const std::int64_t part = k / kDepth * kDepth, depth = std::min(kDepth, size.k - part);
  return packed_size({.n = size.n, .k = part}) + j / kColumns * kColumns * depth + (k - part) * kColumns + j % kColumns;
}

std::int64_t panel_columns() { return kColumns; }

// `panels` starts as zeros.
void pack(const ProductSize& size, const Factor& b, float* panels) {
  for_each_panel(size, [&](std::int64_t k, std::int64_t j, std::int64_t depth) {
    const std::int64_t columns = std::min(kColumns, size.n - j);
    const float* from = b.data + k * b.row + j * b.column;
    if (b.column == 1) {
      pack_panel(from, b.row, depth, columns, panels);
    } else {
      for (std::int64_t column = 0; column < columns; ++column) {
        for (std::int64_t i = 0; i < depth; ++i) {
          panels[i * kColumns + column] = from[column * b.column + i * b.row];
        }
      }
    }
    panels += depth * kColumns;
  });
}

} // namespace HWY_NAMESPACE
} // namespace brainmvp::nn
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace brainmvp::nn {

HWY_EXPORT(multiply_blocks);
HWY_EXPORT(multiply_packed);
HWY_EXPORT(packed_size);
HWY_EXPORT(packed_place);
HWY_EXPORT(panel_columns);
HWY_EXPORT(pack);

void multiply(const ProductSize& size, const Factor& a, const float* b, std::int64_t b_row, float* c, std::int64_t c_row,
              bool accumulate) {
  HWY_DYNAMIC_DISPATCH(multiply_blocks)(size, a, b, b_row, c, c_row, accumulate);
}

PackedFactor::PackedFactor(std::int64_t k, std::int64_t n) : k_(k), n_(n) {
  constexpr auto kLine = static_cast<std::int64_t>(std::tuple_size_v<decltype(Line::values)>);
  lines_.resize(static_cast<std::size_t>((HWY_DYNAMIC_DISPATCH(packed_size)({.n = n, .k = k}) + kLine - 1) / kLine));
}

PackedFactor::PackedFactor(const Factor& b, std::int64_t k, std::int64_t n) : PackedFactor(k, n) {
  HWY_DYNAMIC_DISPATCH(pack)({.n = n, .k = k}, b, lines_.front().values.data());
}

void PackedFactor::set(std::int64_t k, std::int64_t first, std::int64_t count, const float* values) {
  const std::int64_t columns = HWY_DYNAMIC_DISPATCH(panel_columns)();
  for (std::int64_t j = first; j < first + count;) {
    const std::int64_t some = std::min(columns - j % columns, first + count - j);
    std::copy_n(values + (j - first), some,
                lines_.front().values.data() + HWY_DYNAMIC_DISPATCH(packed_place)({.n = n_, .k = k_}, k, j));
    j += some;
  }
}

void multiply(std::int64_t m, const Factor& a, const PackedFactor& b, float* c, std::int64_t c_row, bool accumulate) {
  const Segment whole{.a = a.data, .c = c};
  HWY_DYNAMIC_DISPATCH(multiply_packed)({.m = m, .n = b.n(), .k = b.k()}, {&whole, 1}, a, b.panels(), c_row, accumulate);
}

void multiply_segments(std::int64_t m, std::span<const Segment> segments, std::int64_t a_row, const PackedFactor& b,
                       std::int64_t c_row) {
  HWY_DYNAMIC_DISPATCH(multiply_packed)({.m = m, .n = b.n(), .k = b.k()}, segments, {.row = a_row}, b.panels(), c_row, true);
}

} // namespace brainmvp::nn
#endif
