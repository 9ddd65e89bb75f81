#include "nn/kernels/bfloat_softmax.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "nn/kernels/bfloat_vectors.h"

namespace brainmvp::nn {
namespace {

BRAINMVP_ROUNDS std::array<float, kLanes> values_of(__m512 vector) {
  std::array<float, kLanes> values;
  _mm512_storeu_ps(values.data(), vector);
  return values;
}

BRAINMVP_ROUNDS float greatest(const float* scores, std::int64_t count) {
  __m512 most = _mm512_set1_ps(-INFINITY);
  for (std::int64_t j = 0; j < count; j += kLanes) {
    const __mmask16 lanes = first_lanes(count - j);
    most = _mm512_mask_max_ps(most, lanes, most, load(lanes, scores + j));
  }
  return std::ranges::max(values_of(most));
}

} // namespace

BRAINMVP_ROUNDS void soften_scores(const ScoreBlock& block, const float* scores, float scale, std::uint16_t* weights,
                                   float* reciprocal_sum, float* logarithm) {
  for (std::int64_t i = 0; i < block.queries; ++i, scores += block.row, weights += block.row) {
    const float most = scale * greatest(scores, block.keys);
    __m512 sums = _mm512_setzero_ps();
    for (std::int64_t j = 0; j < block.row; j += kLanes) {
      const __mmask16 lanes = first_lanes(block.keys - j);
      const __m512 exponent = _mm512_fmsub_ps(load(lanes, scores + j), _mm512_set1_ps(scale), _mm512_set1_ps(most));
      const __m512 weight = _mm512_maskz_mov_ps(lanes, power_of_two(exponent));
      sums = _mm512_add_ps(sums, weight);
      store(kAllLanes, weight, weights + j);
    }
    const std::array<float, kLanes> parts = values_of(sums);
    const float sum = std::accumulate(parts.begin(), parts.end(), 0.0F);
    reciprocal_sum[i] = 1 / sum;
    logarithm[i] = most + std::log2(sum);
  }
}

BRAINMVP_ROUNDS void score_gradient(const ScoreBlock& block, const float* scores, const float* g_weights, float scale,
                                    const float* logarithm, const float* correction, std::uint32_t* weight_pairs,
                                    std::uint32_t* g_pairs, std::uint16_t* g_rows) {
  for (std::int64_t i = 0; i < block.queries; i += 2, weight_pairs += block.row, g_pairs += block.row) {
    for (std::int64_t j = 0; j < block.row; j += kLanes) {
      __m512 weight[2]{}, g[2]{};
      for (std::int64_t k = 0; k < 2 && i + k < block.queries; ++k) {
        const __mmask16 lanes = first_lanes(block.keys - j);
        const std::int64_t at = (i + k) * block.row + j;
        const __m512 score = load(lanes, scores + at), g_weight = load(lanes, g_weights + at);
        const __m512 exponent = _mm512_fmsub_ps(score, _mm512_set1_ps(scale), _mm512_set1_ps(logarithm[i + k]));
        weight[k] = _mm512_maskz_mov_ps(lanes, power_of_two(exponent));
        g[k] = _mm512_mul_ps(weight[k], _mm512_sub_ps(g_weight, _mm512_set1_ps(correction[i + k])));
        store(kAllLanes, g[k], g_rows + at);
      }
      store_pairs(kAllLanes, weight[0], weight[1], weight_pairs + j);
      store_pairs(kAllLanes, g[0], g[1], g_pairs + j);
    }
  }
}

} // namespace brainmvp::nn
