// The elementwise part of attention in bfloat16, on blocks of scores that stay in the cache, on one thread. Exponentials are of
// 2: `scale` holds 1 / (sqrt(width) ln 2). Only where processor_rounds_to_bfloat16().
#pragma once

#include <cstdint>

namespace brainmvp::nn {

// A block of scores: [queries, keys], rows `row` elements apart, of which those past `keys` are padding.
struct ScoreBlock {
  std::int64_t queries = 0, keys = 0, row = 0;
};

// weights = exp2(scale (score - the row's greatest)), 0 in the padding, rounded. `reciprocal_sum`, [queries]: of a row's weights.
// `logarithm`, [queries]: log2 of the sum of exp2(scale score).
void soften_scores(const ScoreBlock& block, const float* scores, float scale, std::uint16_t* weights, float* reciprocal_sum,
                   float* logarithm);

// Of the softmax, from the gradient of its result: weight = exp2(scale score - logarithm) as pairs of queries,
// [(queries + 1) / 2, row], and g = weight (g_weight - correction), of the scores before they are scaled, as pairs and as rows.
void score_gradient(const ScoreBlock& block, const float* scores, const float* g_weights, float scale, const float* logarithm,
                    const float* correction, std::uint32_t* weight_pairs, std::uint32_t* g_pairs, std::uint16_t* g_rows);

} // namespace brainmvp::nn
