#include "store/crop_kernels.h"

#include <algorithm>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "store/crop_kernels.cpp" // this file, compiled once for each instruction set
#include <hwy/foreach_target.h>

#include <hwy/cache_control.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace brainmvp::store {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::ptrdiff_t kSide = 8;   // of the squares that are transposed in registers
constexpr std::ptrdiff_t kDepth = 32; // voxels along k that are written at once: two cache lines

void copy_plainly(const TransposedCopy& c, std::ptrdiff_t i0, std::ptrdiff_t j, std::ptrdiff_t k0, std::ptrdiff_t width,
                  std::ptrdiff_t depth) {
  for (std::ptrdiff_t i = i0; i < i0 + width; ++i) {
    for (std::ptrdiff_t k = k0; k < k0 + depth; ++k) {
      const std::int16_t value = std::clamp(c.from[i + j * c.from_j + k * c.from_k], c.low, c.high);
      c.to[i * c.to_i + j * c.to_j + k] = static_cast<float>(value) * c.scale;
    }
  }
}

#if HWY_TARGET == HWY_SCALAR

template <bool Stream>
void copy_columns(const TransposedCopy& c, std::ptrdiff_t i, std::ptrdiff_t j, std::ptrdiff_t k, std::ptrdiff_t depth) {
  copy_plainly(c, i, j, k, kSide, depth);
}

#else

// tile[i][k] = from[i + k * step] for 8 x 8 elements; rows of the tile have kDepth elements.
HWY_INLINE void transpose_square(const std::int16_t* from, std::ptrdiff_t step, std::int16_t* tile) {
  const hn::FixedTag<std::int16_t, 8> d16;
  const hn::FixedTag<std::int32_t, 4> d32;
  const hn::FixedTag<std::int64_t, 2> d64;
  hn::Vec<decltype(d16)> rows[kSide];
  for (std::ptrdiff_t k = 0; k < kSide; ++k) {
    rows[k] = hn::LoadU(d16, from + k * step);
  }
  for (std::ptrdiff_t half = 0; half < 2; ++half) {
    hn::Vec<decltype(d32)> pairs[4]; // of rows 2p and 2p + 1, four columns from 4 * half on
    for (std::ptrdiff_t p = 0; p < 4; ++p) {
      const auto& a = rows[2 * p];
      const auto& b = rows[2 * p + 1];
      pairs[p] = hn::BitCast(d32, half == 0 ? hn::InterleaveLower(d16, a, b) : hn::InterleaveUpper(d16, a, b));
    }
    for (std::ptrdiff_t quarter = 0; quarter < 2; ++quarter) {
      const auto low = hn::BitCast(d64, quarter == 0 ? hn::InterleaveLower(d32, pairs[0], pairs[1])
                                                     : hn::InterleaveUpper(d32, pairs[0], pairs[1]));
      const auto high = hn::BitCast(d64, quarter == 0 ? hn::InterleaveLower(d32, pairs[2], pairs[3])
                                                      : hn::InterleaveUpper(d32, pairs[2], pairs[3]));
      std::int16_t* to = tile + (4 * half + 2 * quarter) * kDepth;
      hn::Store(hn::BitCast(d16, hn::InterleaveLower(d64, low, high)), d16, to);
      hn::Store(hn::BitCast(d16, hn::InterleaveUpper(d64, low, high)), d16, to + kDepth);
    }
  }
}

// Eight values of i and `depth` of k, a multiple of 8 and at most kDepth.
template <bool Stream>
HWY_INLINE void copy_columns(const TransposedCopy& c, std::ptrdiff_t i, std::ptrdiff_t j, std::ptrdiff_t k,
                             std::ptrdiff_t depth) {
  const hn::FixedTag<std::int16_t, 4> d16;
  const hn::FixedTag<std::int32_t, 4> d32;
  const hn::FixedTag<float, 4> df;
  HWY_ALIGN std::int16_t tile[kSide * kDepth];
  const std::int16_t* from = c.from + i + j * c.from_j + k * c.from_k;
  for (std::ptrdiff_t at = 0; at < depth; at += kSide) {
    transpose_square(from + at * c.from_k, c.from_k, tile + at);
  }
  const auto scale = hn::Set(df, c.scale);
  const auto low = hn::Set(d16, c.low);
  const auto high = hn::Set(d16, c.high);
  float* to = c.to + i * c.to_i + j * c.to_j + k;
  for (std::ptrdiff_t x = 0; x < kSide; ++x, to += c.to_i) {
    for (std::ptrdiff_t at = 0; at < depth; at += 4) {
      const auto stored = hn::Clamp(hn::Load(d16, tile + x * kDepth + at), low, high);
      const auto value = hn::Mul(hn::ConvertTo(df, hn::PromoteTo(d32, stored)), scale);
      if constexpr (Stream) {
        hn::Stream(value, df, to + at);
      } else {
        hn::StoreU(value, df, to + at);
      }
    }
  }
}

#endif

template <bool Stream>
void copy_all(const TransposedCopy& c) {
  const std::ptrdiff_t whole_i = c.count_i / kSide * kSide;
  for (std::ptrdiff_t k = 0; k < c.count_k; k += kDepth) {
    const std::ptrdiff_t left = std::min(kDepth, c.count_k - k);
    const std::ptrdiff_t depth = left / kSide * kSide;
    for (std::ptrdiff_t j = 0; j < c.count_j; ++j) {
      for (std::ptrdiff_t i = 0; depth > 0 && i < whole_i; i += kSide) {
        copy_columns<Stream>(c, i, j, k, depth);
      }
      copy_plainly(c, 0, j, k + depth, whole_i, left - depth);
      copy_plainly(c, whole_i, j, k, c.count_i - whole_i, left);
    }
  }
}

void transpose_any(const TransposedCopy& c) {
  // Past the caches, where whole lines are written and more than they hold: reading the lines first would cost as much.
  constexpr std::ptrdiff_t kStreamedBytes = std::ptrdiff_t{1} << 20;
  constexpr std::ptrdiff_t kLine = 64 / static_cast<std::ptrdiff_t>(sizeof(float));
  const bool aligned = reinterpret_cast<std::uintptr_t>(c.to) % 64 == 0 && c.to_i % kLine == 0 && c.to_j % kLine == 0;
  const std::ptrdiff_t bytes = c.count_i * c.count_j * c.count_k * static_cast<std::ptrdiff_t>(sizeof(float));
  if (aligned && bytes > kStreamedBytes) {
    copy_all<true>(c);
    hwy::FlushStream();
  } else {
    copy_all<false>(c);
  }
}

} // namespace HWY_NAMESPACE
} // namespace brainmvp::store
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace brainmvp::store {

HWY_EXPORT(transpose_any);

void transpose_scaled(const TransposedCopy& copy) { HWY_DYNAMIC_DISPATCH(transpose_any)(copy); }

} // namespace brainmvp::store
#endif
