// Vectors of 16 floats that are read from bfloat16 and rounded to it, for files whose functions are BRAINMVP_ROUNDS. All masks
// are explicit: the forms without one bring a warning of GCC 12.
#pragma once

#include <immintrin.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

// Highway of this age has no instruction that rounds to bfloat16.
#define BRAINMVP_ROUNDS [[gnu::target("avx512f,avx512bw,avx512vl,avx512bf16")]]

namespace brainmvp::nn {

inline constexpr std::int64_t kLanes = 16; // floats or words of a vector
inline constexpr __mmask16 kAllLanes = 0xFFFF;

BRAINMVP_ROUNDS inline __mmask16 first_lanes(std::int64_t count) {
  return static_cast<__mmask16>((1U << std::clamp<std::int64_t>(count, 0, kLanes)) - 1U);
}

BRAINMVP_ROUNDS inline __m512 load(__mmask16 lanes, const float* from) { return _mm512_maskz_loadu_ps(lanes, from); }

BRAINMVP_ROUNDS inline __m512 load(__mmask16 lanes, const std::uint16_t* from) {
  const __m512i words = _mm512_maskz_cvtepu16_epi32(kAllLanes, _mm256_maskz_loadu_epi16(lanes, from));
  return _mm512_castsi512_ps(_mm512_maskz_slli_epi32(kAllLanes, words, 16));
}

BRAINMVP_ROUNDS inline void store(__mmask16 lanes, __m512 values, float* to) { _mm512_mask_storeu_ps(to, lanes, values); }

BRAINMVP_ROUNDS inline void store(__mmask16 lanes, __m512 values, std::uint16_t* to) {
  const __m256bh rounded = _mm512_cvtneps_pbh(values);
  __m256i bits;
  std::memcpy(&bits, &rounded, sizeof(bits));
  _mm256_mask_storeu_epi16(to, lanes, bits);
}

// Words of values of `first` (lower half) and `second`.
BRAINMVP_ROUNDS inline void store_pairs(__mmask16 lanes, __m512 first, __m512 second, std::uint32_t* to) {
  const __m512i interleaved = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5,
                                               20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  const __m512bh rounded = _mm512_cvtne2ps_pbh(second, first);
  __m512i bits;
  std::memcpy(&bits, &rounded, sizeof(bits));
  _mm512_mask_storeu_epi32(to, lanes, _mm512_permutexvar_epi16(interleaved, bits));
}

// 2^x within 3e-6: 2^(x - n) on [-1/2, 1/2] by a polynomial that was fitted to the relative error.
BRAINMVP_ROUNDS inline __m512 power_of_two(__m512 x) {
  const __m512 n = _mm512_maskz_roundscale_ps(kAllLanes, x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  const __m512 f = _mm512_sub_ps(x, n);
  __m512 power = _mm512_set1_ps(0.00958285F);
  power = _mm512_fmadd_ps(power, f, _mm512_set1_ps(0.05590643F));
  power = _mm512_fmadd_ps(power, f, _mm512_set1_ps(0.24024099F));
  power = _mm512_fmadd_ps(power, f, _mm512_set1_ps(0.69312419F));
  power = _mm512_fmadd_ps(power, f, _mm512_set1_ps(1.0F));
  return _mm512_maskz_scalef_ps(kAllLanes, power, n);
}

} // namespace brainmvp::nn
