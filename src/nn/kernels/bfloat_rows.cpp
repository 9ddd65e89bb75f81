#include "nn/kernels/bfloat_rows.h"

#include "nn/kernels/bfloat_vectors.h"

namespace brainmvp::nn {
namespace {

// exp(-x^2 / 2) and Phi(x), as in token_math with a reciprocal of 14 bits.
struct RoundedNormal {
  __m512 exponential, distribution;
};

BRAINMVP_ROUNDS inline RoundedNormal rounded_normal(__m512 x) {
  constexpr float kHalfLog2E = 0.72134752F;
  const __m512 one = _mm512_set1_ps(1.0F);
  const __m512 magnitude = _mm512_abs_ps(x);
  const __m512 t = _mm512_maskz_rcp14_ps(kAllLanes, _mm512_fmadd_ps(_mm512_set1_ps(0.28F), magnitude, one));
  __m512 tail = _mm512_set1_ps(-0.1063345183F);
  tail = _mm512_fmadd_ps(tail, t, _mm512_set1_ps(0.3920914543F));
  tail = _mm512_fmadd_ps(tail, t, _mm512_set1_ps(-0.2407091991F));
  tail = _mm512_fmadd_ps(tail, t, _mm512_set1_ps(0.2720044106F));
  tail = _mm512_fmadd_ps(tail, t, _mm512_set1_ps(0.06621667557F));
  tail = _mm512_fmadd_ps(tail, t, _mm512_set1_ps(0.1167311659F));
  const __m512 exponential = power_of_two(_mm512_mul_ps(_mm512_mul_ps(x, x), _mm512_set1_ps(-kHalfLog2E)));
  tail = _mm512_mul_ps(_mm512_mul_ps(tail, t), exponential);
  const __mmask16 negative = _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_LT_OQ);
  return {exponential, _mm512_mask_mov_ps(_mm512_sub_ps(one, tail), negative, tail)};
}

BRAINMVP_ROUNDS inline void add_to(__mmask16 lanes, __m512 values, float* sums) {
  store(lanes, _mm512_add_ps(load(lanes, sums), values), sums);
}

} // namespace

BRAINMVP_ROUNDS void scale_and_shift_rounded(const Rows& rows, const std::uint16_t* x, const float* scale, const float* shift,
                                             std::uint16_t* y) {
  for (std::int64_t i = 0; i < rows.count; ++i, x += rows.channels, y += rows.channels) {
    for (std::int64_t c = 0; c < rows.channels; c += kLanes) {
      const __mmask16 lanes = first_lanes(rows.channels - c);
      store(lanes, _mm512_fmadd_ps(load(lanes, x + c), load(lanes, scale + c), load(lanes, shift + c)), y + c);
    }
  }
}

BRAINMVP_ROUNDS void gelu_rounded(const Rows& rows, const float* x, const float* bias, std::uint16_t* y) {
  for (std::int64_t i = 0; i < rows.count; ++i, x += rows.channels, y += rows.channels) {
    for (std::int64_t c = 0; c < rows.channels; c += kLanes) {
      const __mmask16 lanes = first_lanes(rows.channels - c);
      const __m512 value = _mm512_add_ps(load(lanes, x + c), load(lanes, bias + c));
      store(lanes, _mm512_mul_ps(value, rounded_normal(value).distribution), y + c);
    }
  }
}

BRAINMVP_ROUNDS void gelu_gradient_rounded(const Rows& rows, const float* x, const float* bias, const float* g,
                                           const GeluGradient& to) {
  constexpr float kDensityAtZero = 0.3989422804F; // 1 / sqrt(2 pi)
  const std::int64_t channels = rows.channels;
  for (std::int64_t i = 0; i < rows.count; i += 2) {
    for (std::int64_t c = 0; c < channels; c += kLanes) {
      const __mmask16 lanes = first_lanes(channels - c);
      __m512 y[2]{}, gx[2]{};
      for (std::int64_t k = 0; k < 2 && i + k < rows.count; ++k) {
        const std::int64_t at = (i + k) * channels + c;
        const __m512 value = _mm512_add_ps(load(lanes, x + at), load(lanes, bias + c));
        const RoundedNormal normal = rounded_normal(value);
        const __m512 slope =
            _mm512_fmadd_ps(_mm512_mul_ps(value, _mm512_set1_ps(kDensityAtZero)), normal.exponential, normal.distribution);
        y[k] = _mm512_mul_ps(value, normal.distribution);
        gx[k] = _mm512_mul_ps(load(lanes, g + at), slope);
        store(lanes, gx[k], to.g_rows + at);
      }
      store_pairs(lanes, y[0], y[1], to.y_pairs + i / 2 * channels + c);
      store_pairs(lanes, gx[0], gx[1], to.g_pairs + i / 2 * channels + c);
      add_to(lanes, _mm512_add_ps(gx[0], gx[1]), to.g_sums + c);
    }
  }
}

BRAINMVP_ROUNDS void finish_rounded(const Rows& rows, const float* x, const float* bias, const std::uint16_t* addend,
                                    std::uint16_t* y) {
  for (std::int64_t i = 0; i < rows.count; ++i) {
    for (std::int64_t c = 0; c < rows.channels; c += kLanes) {
      const __mmask16 lanes = first_lanes(rows.channels - c);
      const std::int64_t at = i * rows.channels + c;
      const __m512 value = _mm512_add_ps(load(lanes, x + at), load(lanes, bias + c));
      store(lanes, addend == nullptr ? value : _mm512_add_ps(value, load(lanes, addend + at)), y + at);
    }
  }
}

BRAINMVP_ROUNDS void add_rounded_column_sums(const Rows& rows, const std::uint16_t* g, float* sums) {
  for (std::int64_t c = 0; c < rows.channels; c += kLanes) {
    const __mmask16 lanes = first_lanes(rows.channels - c);
    __m512 sum = _mm512_setzero_ps();
    for (std::int64_t i = 0; i < rows.count; ++i) {
      sum = _mm512_add_ps(sum, load(lanes, g + i * rows.channels + c));
    }
    add_to(lanes, sum, sums + c);
  }
}

BRAINMVP_ROUNDS void round_and_sum(const Rows& rows, const float* g, const std::uint16_t* x, const float* mean,
                                   const float* reciprocal_deviation, float* product_sums, float* g_sums, std::uint16_t* y) {
  for (std::int64_t c = 0; c < rows.channels; c += kLanes) {
    const __mmask16 lanes = first_lanes(rows.channels - c);
    const __m512 centre = load(lanes, mean + c);
    __m512 sum = _mm512_setzero_ps(), products = _mm512_setzero_ps();
    for (std::int64_t i = 0; i < rows.count; ++i) {
      const std::int64_t at = i * rows.channels + c;
      const __m512 value = load(lanes, g + at);
      sum = _mm512_add_ps(sum, value);
      products = _mm512_fmadd_ps(value, _mm512_sub_ps(load(lanes, x + at), centre), products);
      store(lanes, value, y + at);
    }
    add_to(lanes, sum, g_sums + c);
    add_to(lanes, _mm512_mul_ps(products, load(lanes, reciprocal_deviation + c)), product_sums + c);
  }
}

BRAINMVP_ROUNDS void combine_rounded(const Rows& rows, const std::uint16_t* x, const float* a, const float* b, const float* c,
                                     std::uint16_t* g) {
  for (std::int64_t i = 0; i < rows.count; ++i, x += rows.channels, g += rows.channels) {
    for (std::int64_t j = 0; j < rows.channels; j += kLanes) {
      const __mmask16 lanes = first_lanes(rows.channels - j);
      const __m512 rest = _mm512_fmadd_ps(load(lanes, b + j), load(lanes, x + j), load(lanes, c + j));
      store(lanes, _mm512_fmadd_ps(load(lanes, a + j), load(lanes, g + j), rest), g + j);
    }
  }
}

} // namespace brainmvp::nn
