#include "nn/kernels/token_math.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/kernels/token_math.cpp" // this file, compiled once for each instruction set
#include <hwy/foreach_target.h>
// It must stand first.
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace brainmvp::nn {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::ScalableTag<float>;
using Vector = hn::Vec<Tag>;

// Plain loops over restrict pointers are left to the compiler, which vectorises them for this file's instruction set.
void widen(const std::uint16_t* HWY_RESTRICT from, std::int64_t count, float* HWY_RESTRICT to) {
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint32_t bits = static_cast<std::uint32_t>(from[i]) << 16;
    std::memcpy(to + i, &bits, sizeof(bits));
  }
}

void narrow(const float* HWY_RESTRICT from, std::int64_t count, std::uint16_t* HWY_RESTRICT to) {
  for (std::int64_t i = 0; i < count; ++i) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, from + i, sizeof(bits));
    const bool is_nan = (bits & 0x7FFFFFFFU) > 0x7F800000U;
    const std::uint32_t rounded = (bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16;
    to[i] = static_cast<std::uint16_t>(is_nan ? 0x7FC0U : rounded);
  }
}

void scale_and_shift(const Rows& rows, const float* x, const float* HWY_RESTRICT scale, const float* HWY_RESTRICT shift,
                     float* y) {
  for (std::int64_t i = 0; i < rows.count; ++i, x += rows.channels, y += rows.channels) {
#pragma GCC ivdep
    for (std::int64_t c = 0; c < rows.channels; ++c) {
      y[c] = x[c] * scale[c] + shift[c];
    }
  }
}

void add_values(std::int64_t count, const float* HWY_RESTRICT x, float* HWY_RESTRICT y) {
  for (std::int64_t i = 0; i < count; ++i) {
    y[i] += x[i];
  }
}

void add_column_products(const Rows& rows, const float* HWY_RESTRICT g, const float* HWY_RESTRICT x,
                         const float* HWY_RESTRICT mean, const float* HWY_RESTRICT reciprocal_deviation,
                         float* HWY_RESTRICT sums) {
  for (std::int64_t i = 0; i < rows.count; ++i, x += rows.channels, g += rows.channels) {
    for (std::int64_t c = 0; c < rows.channels; ++c) {
      sums[c] += g[c] * ((x[c] - mean[c]) * reciprocal_deviation[c]);
    }
  }
}

void combine(const Rows& rows, const float* g, const float* HWY_RESTRICT x, const float* HWY_RESTRICT a,
             const float* HWY_RESTRICT b, const float* HWY_RESTRICT c, float* y) {
  for (std::int64_t i = 0; i < rows.count; ++i, x += rows.channels, g += rows.channels, y += rows.channels) {
#pragma GCC ivdep
    for (std::int64_t j = 0; j < rows.channels; ++j) {
      y[j] = a[j] * g[j] + (b[j] * x[j] + c[j]);
    }
  }
}

void column_moments(const Rows& rows, const float* HWY_RESTRICT x, float* HWY_RESTRICT mean, float* HWY_RESTRICT squares) {
  std::fill_n(mean, rows.channels, 0.0F);
  std::fill_n(squares, rows.channels, 0.0F);
  for (std::int64_t i = 0; i < rows.count; ++i) {
    add_values(rows.channels, x + i * rows.channels, mean);
  }
  for (std::int64_t c = 0; c < rows.channels; ++c) {
    mean[c] /= static_cast<float>(rows.count);
  }
  for (std::int64_t i = 0; i < rows.count; ++i, x += rows.channels) {
    for (std::int64_t c = 0; c < rows.channels; ++c) {
      squares[c] += (x[c] - mean[c]) * (x[c] - mean[c]);
    }
  }
}

// Sum over a row of f(c, vector at c), the rest of a row added one by one.
template <class Many, class One>
HWY_INLINE float sum_row(std::int64_t channels, const Many& many, const One& one) {
  const Tag tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  Vector sum = hn::Zero(tag);
  std::int64_t c = 0;
  for (; c + lanes <= channels; c += lanes) {
    sum = hn::Add(sum, many(c));
  }
  float total = hn::GetLane(hn::SumOfLanes(tag, sum));
  for (; c < channels; ++c) {
    total += one(c);
  }
  return total;
}

struct Moments {
  float mean, reciprocal_deviation;
};

HWY_INLINE Moments moments_of(const float* x, std::int64_t channels, float epsilon) {
  const Tag tag;
  const auto count = static_cast<float>(channels);
  const float mean = sum_row(
                         channels, [=](std::int64_t c) { return hn::LoadU(tag, x + c); }, [=](std::int64_t c) { return x[c]; }) /
                     count;
  const auto difference = [=](std::int64_t c) { return hn::Sub(hn::LoadU(tag, x + c), hn::Set(tag, mean)); };
  const float squares = sum_row(
      channels, [=](std::int64_t c) { return hn::Mul(difference(c), difference(c)); },
      [=](std::int64_t c) { return (x[c] - mean) * (x[c] - mean); });
  return {.mean = mean, .reciprocal_deviation = 1 / std::sqrt(squares / count + epsilon)};
}

void layer_norm_rows(const Rows& rows, const float* x, const float* HWY_RESTRICT weight, const float* HWY_RESTRICT bias,
                     float epsilon, float* y) {
  for (std::int64_t i = 0; i < rows.count; ++i, x += rows.channels, y += rows.channels) {
    const auto [mean, scale] = moments_of(x, rows.channels, epsilon);
#pragma GCC ivdep
    for (std::int64_t c = 0; c < rows.channels; ++c) {
      y[c] = (x[c] - mean) * scale * weight[c] + bias[c];
    }
  }
}

void layer_norm_gradient(const Rows& rows, const float* HWY_RESTRICT x, const float* HWY_RESTRICT weight, float epsilon,
                         float* HWY_RESTRICT g, float* HWY_RESTRICT weight_gradient, float* HWY_RESTRICT bias_gradient) {
  const Tag tag;
  const auto count = static_cast<float>(rows.channels);
  for (std::int64_t i = 0; i < rows.count; ++i, x += rows.channels, g += rows.channels) {
    const auto [mean, scale] = moments_of(x, rows.channels, epsilon);
    for (std::int64_t c = 0; c < rows.channels; ++c) {
      weight_gradient[c] += g[c] * ((x[c] - mean) * scale);
      bias_gradient[c] += g[c];
      g[c] *= weight[c];
    }
    const float sum = sum_row(
        rows.channels, [=](std::int64_t c) { return hn::LoadU(tag, g + c); }, [=](std::int64_t c) { return g[c]; });
    const float product = sum_row(
        rows.channels,
        [=](std::int64_t c) { return hn::Mul(hn::LoadU(tag, g + c), hn::Sub(hn::LoadU(tag, x + c), hn::Set(tag, mean))); },
        [=](std::int64_t c) { return g[c] * (x[c] - mean); });
    const float slope = product * scale * scale / count;
    for (std::int64_t c = 0; c < rows.channels; ++c) {
      g[c] = scale * (g[c] - sum / count - slope * (x[c] - mean));
    }
  }
}

// exp(-x^2 / 2) and Phi(x). The tail 1 - Phi(|x|) is that exponential times a polynomial in 1 / (1 + 0.28 |x|), fitted to
// 1.1e-8.
struct Normal {
  Vector exponential, distribution;
};

HWY_INLINE Normal normal(Vector x) {
  constexpr std::array<float, 6> kTail{0.1167311659F,  0.06621667557F, 0.2720044106F,
                                       -0.2407091991F, 0.3920914543F,  -0.1063345183F};
  const Tag tag;
  const Vector t = hn::Div(hn::Set(tag, 1.0F), hn::MulAdd(hn::Set(tag, 0.28F), hn::Abs(x), hn::Set(tag, 1.0F)));
  Vector polynomial = hn::Set(tag, kTail[5]);
  for (std::size_t i = 5; i-- > 0;) {
    polynomial = hn::MulAdd(polynomial, t, hn::Set(tag, kTail[i]));
  }
  const Vector exponential = hn::Exp(tag, hn::Mul(hn::Mul(x, x), hn::Set(tag, -0.5F)));
  const Vector tail = hn::Mul(hn::Mul(polynomial, t), exponential);
  return {exponential, hn::IfThenElse(hn::Lt(x, hn::Zero(tag)), tail, hn::Sub(hn::Set(tag, 1.0F), tail))};
}

// Calls f(first, lanes used) over `count` values; the last call may be of a part.
template <class Function>
HWY_INLINE void for_each_vector(std::int64_t count, const Function& f) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(Tag()));
  for (std::int64_t i = 0; i < count; i += lanes) {
    f(i, std::min(lanes, count - i));
  }
}

HWY_INLINE Vector load_some(const float* from, std::int64_t used) {
  const Tag tag;
  if (used == static_cast<std::int64_t>(hn::Lanes(tag))) {
    return hn::LoadU(tag, from);
  }
  HWY_ALIGN float values[hn::MaxLanes(Tag())] = {};
  std::copy_n(from, used, values);
  return hn::Load(tag, values);
}

HWY_INLINE void store_some(Vector vector, std::int64_t used, float* to) {
  const Tag tag;
  if (used == static_cast<std::int64_t>(hn::Lanes(tag))) {
    hn::StoreU(vector, tag, to);
    return;
  }
  HWY_ALIGN float values[hn::MaxLanes(Tag())];
  hn::Store(vector, tag, values);
  std::copy_n(values, used, to);
}

void gelu(std::int64_t count, float* x) {
  for_each_vector(count, [x](std::int64_t i, std::int64_t used) {
    const Vector value = load_some(x + i, used);
    store_some(hn::Mul(value, normal(value).distribution), used, x + i);
  });
}

void gelu_gradient(std::int64_t count, float* x, float* g) {
  constexpr float kDensityAtZero = 0.3989422804F; // 1 / sqrt(2 pi)
  for_each_vector(count, [x, g](std::int64_t i, std::int64_t used) {
    const Tag tag;
    const Vector value = load_some(x + i, used);
    const Normal at = normal(value);
    const Vector slope = hn::MulAdd(hn::Mul(value, hn::Set(tag, kDensityAtZero)), at.exponential, at.distribution);
    store_some(hn::Mul(value, at.distribution), used, x + i);
    store_some(hn::Mul(load_some(g + i, used), slope), used, g + i);
  });
}

} // namespace HWY_NAMESPACE
} // namespace brainmvp::nn
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace brainmvp::nn {

HWY_EXPORT(widen);
HWY_EXPORT(narrow);
HWY_EXPORT(scale_and_shift);
HWY_EXPORT(add_values);
HWY_EXPORT(add_column_products);
HWY_EXPORT(combine);
HWY_EXPORT(column_moments);
HWY_EXPORT(layer_norm_rows);
HWY_EXPORT(layer_norm_gradient);
HWY_EXPORT(gelu);
HWY_EXPORT(gelu_gradient);

void load_values(Storage storage, const void* tensor, std::int64_t first, std::int64_t count, float* to) {
  if (storage == Storage::kFloat) {
    std::copy_n(static_cast<const float*>(tensor) + first, count, to);
  } else {
    HWY_DYNAMIC_DISPATCH(widen)(static_cast<const std::uint16_t*>(tensor) + first, count, to);
  }
}

void store_values(Storage storage, const float* from, std::int64_t count, void* tensor, std::int64_t first) {
  if (storage == Storage::kFloat) {
    std::copy_n(from, count, static_cast<float*>(tensor) + first);
  } else {
    HWY_DYNAMIC_DISPATCH(narrow)(from, count, static_cast<std::uint16_t*>(tensor) + first);
  }
}

void scale_and_shift(const Rows& rows, const float* x, const float* scale, const float* shift, float* y) {
  HWY_DYNAMIC_DISPATCH(scale_and_shift)(rows, x, scale, shift, y);
}

void fill_rows(const Rows& rows, const float* values, float* y) {
  for (std::int64_t i = 0; i < rows.count; ++i, y += rows.channels) {
    if (values == nullptr) {
      std::fill_n(y, rows.channels, 0.0F);
    } else {
      std::copy_n(values, rows.channels, y);
    }
  }
}

void add_values(std::int64_t count, const float* x, float* y) { HWY_DYNAMIC_DISPATCH(add_values)(count, x, y); }

void add_column_sums(const Rows& rows, const float* g, float* sums) {
  for (std::int64_t i = 0; i < rows.count; ++i) {
    add_values(rows.channels, g + i * rows.channels, sums);
  }
}

void add_column_products(const Rows& rows, const float* g, const float* x, const float* mean, const float* reciprocal_deviation,
                         float* sums) {
  HWY_DYNAMIC_DISPATCH(add_column_products)(rows, g, x, mean, reciprocal_deviation, sums);
}

void combine(const Rows& rows, const float* g, const float* x, const float* a, const float* b, const float* c, float* y) {
  HWY_DYNAMIC_DISPATCH(combine)(rows, g, x, a, b, c, y);
}

void column_moments(const Rows& rows, const float* x, float* mean, float* squares) {
  HWY_DYNAMIC_DISPATCH(column_moments)(rows, x, mean, squares);
}

void layer_norm_rows(const Rows& rows, const float* x, const float* weight, const float* bias, float epsilon, float* y) {
  HWY_DYNAMIC_DISPATCH(layer_norm_rows)(rows, x, weight, bias, epsilon, y);
}

void layer_norm_gradient(const Rows& rows, const float* x, const float* weight, float epsilon, float* g, float* weight_gradient,
                         float* bias_gradient) {
  HWY_DYNAMIC_DISPATCH(layer_norm_gradient)(rows, x, weight, epsilon, g, weight_gradient, bias_gradient);
}

void gelu(std::int64_t count, float* x) { HWY_DYNAMIC_DISPATCH(gelu)(count, x); }

void gelu_gradient(std::int64_t count, float* x, float* g) { HWY_DYNAMIC_DISPATCH(gelu_gradient)(count, x, g); }

} // namespace brainmvp::nn
#endif
