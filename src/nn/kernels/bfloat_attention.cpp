#include "nn/kernels/bfloat_attention.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>
#include <vector>

#include "nn/kernels/bfloat_layout.h"
#include "nn/kernels/bfloat_products.h"
#include "nn/kernels/bfloat_softmax.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using Words = std::vector<std::uint32_t>;

constexpr std::int64_t kQueries = 64;   // of a block
constexpr std::int64_t kKeyBlock = 512; // of a block of the backward pass

// Parts of a token.
constexpr std::int64_t kQueriesPart = 0, kKeysPart = 1, kValuesPart = 2;

std::int64_t padded(std::int64_t count) { return (count + 31) / 32 * 32; }

struct Place {
  std::int64_t sample = 0, head = 0;
};

struct Shape {
  Shape(const Tensor& qkv, std::int64_t count)
      : batch(qkv.size(0)), tokens(qkv.size(1)), heads(count), channels(qkv.size(2) / 3), width(channels / count) {}

  [[nodiscard]] float score_factor() const { return 1 / std::sqrt(static_cast<float>(width)); }
  [[nodiscard]] float scale() const { return score_factor() * std::numbers::log2e_v<float>; } // of exponentials of 2
  [[nodiscard]] std::int64_t blocks() const { return (tokens + kQueries - 1) / kQueries; }
  // In a tensor [B, heads, N].
  [[nodiscard]] std::int64_t index(const Place& place, std::int64_t token) const {
    return (place.sample * heads + place.head) * tokens + token;
  }

  std::int64_t batch, tokens, heads, channels, width;
};

// What the backward pass needs: qkv: [B, N, 3 C], y: [B, N, C], logarithms: [B, heads, N]
struct Saved {
  Tensor qkv, y, logarithms;
};

float widened(std::uint16_t value) { return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16); }

// One head of a sample in a tensor of tokens.
struct HeadRows {
  [[nodiscard]] const std::uint16_t* at(std::int64_t token) const { return data + token * row; }
  [[nodiscard]] RoundedFactor from(std::int64_t token) const { return {.data = at(token), .row = row}; }

  const std::uint16_t* data = nullptr;
  std::int64_t row = 0; // values from token to token
};

std::int64_t head_offset(const Tensor& x, const Shape& shape, const Place& place, std::int64_t part) {
  return place.sample * shape.tokens * x.size(2) + part * shape.channels + place.head * shape.width;
}

// x: [B, N, parts C]
HeadRows head_rows(const Tensor& x, const Shape& shape, const Place& place, std::int64_t part) {
  return {.data = static_cast<const std::uint16_t*>(x.const_data_ptr()) + head_offset(x, shape, place, part), .row = x.size(2)};
}

std::uint16_t* head_to_write(Tensor& x, const Shape& shape, const Place& place, std::int64_t part) {
  return static_cast<std::uint16_t*>(x.mutable_data_ptr()) + head_offset(x, shape, place, part);
}

RoundedFactor rounded_block(const Words& block) {
  return {.data = reinterpret_cast<const std::uint16_t*>(block.data()), .row = kQueries};
}

// As right factor of products over channels: [width / 2, tokens] pairs.
void by_channels(const HeadRows& rows, const Shape& shape, Words& to) {
  to.resize(static_cast<std::size_t>(shape.width / 2 * shape.tokens));
  transpose_words(reinterpret_cast<const std::uint32_t*>(rows.data), shape.tokens, shape.width / 2, rows.row / 2, to.data(),
                  shape.tokens);
}

// As right factor of products over tokens: [padded tokens / 2, width] pairs.
void by_tokens(const HeadRows& rows, const Shape& shape, Words& to) {
  const std::int64_t pairs = padded(shape.tokens) / 2;
  to.resize(static_cast<std::size_t>(pairs * shape.width));
  join_pairs(rows.at(0), shape.tokens, shape.width, rows.row, to.data(), pairs);
}

// Of `count` tokens from `first`, as left factor of products over tokens: [width, kQueries].
void transposed_block(const HeadRows& rows, const Shape& shape, std::int64_t first, std::int64_t count, Words& pairs, Words& to) {
  constexpr std::int64_t kPairs = kQueries / 2;
  pairs.resize(static_cast<std::size_t>(kPairs * shape.width));
  to.resize(pairs.size());
  join_pairs(rows.at(first), count, shape.width, rows.row, pairs.data(), kPairs);
  transpose_words(pairs.data(), kPairs, shape.width, shape.width, to.data(), kPairs);
}

void scale_row(std::int64_t count, float factor, float* x) {
  for (std::int64_t c = 0; c < count; ++c) {
    x[c] *= factor;
  }
}

class Forward {
public:
  Forward(const Tensor& qkv, const Shape& shape, Tensor& y, Tensor& logarithms)
      : qkv_(qkv), shape_(shape), y_(y), logarithms_(logarithms), row_(padded(shape.tokens)),
        scores_(static_cast<std::size_t>(kQueries * row_)), weights_(scores_.size()),
        sums_(static_cast<std::size_t>(kQueries * shape.width)) {}

  // A block of queries, of a head, of a sample.
  void run(std::int64_t unit) {
    const std::int64_t block = unit % shape_.blocks();
    const Place place{.sample = unit / shape_.blocks() / shape_.heads, .head = unit / shape_.blocks() % shape_.heads};
    if (block == 0 || keys_.empty()) {
      by_channels(head_rows(qkv_, shape_, place, kKeysPart), shape_, keys_);
      by_tokens(head_rows(qkv_, shape_, place, kValuesPart), shape_, values_);
    }
    const std::int64_t first = block * kQueries, count = std::min(kQueries, shape_.tokens - first);
    BfloatProducts::multiply({.m = count, .n = shape_.tokens, .k = shape_.width},
                             head_rows(qkv_, shape_, place, kQueriesPart).from(first),
                             {.words = keys_.data(), .row = shape_.tokens}, scores_.data(), row_, false);
    std::array<float, kQueries> reciprocal_sums;
    soften_scores({.queries = count, .keys = shape_.tokens, .row = row_}, scores_.data(), shape_.scale(), weights_.data(),
                  reciprocal_sums.data(), logarithms_.mutable_data_ptr<float>() + shape_.index(place, first));
    BfloatProducts::multiply({.m = count, .n = shape_.width, .k = row_}, {.data = weights_.data(), .row = row_},
                             {.words = values_.data(), .row = shape_.width}, sums_.data(), shape_.width, false);
    for (std::int64_t i = 0; i < count; ++i) {
      scale_row(shape_.width, reciprocal_sums[static_cast<std::size_t>(i)], sums_.data() + i * shape_.width);
    }
    round_rows(sums_.data(), count, shape_.width, shape_.width, head_to_write(y_, shape_, place, 0) + first * shape_.channels,
               shape_.channels);
  }

private:
  const Tensor& qkv_;
  const Shape& shape_;
  Tensor &y_, &logarithms_;
  std::int64_t row_; // of scores
  BfloatProducts products_;
  Words keys_, values_;
  std::vector<float> scores_;
  std::vector<std::uint16_t> weights_;
  std::vector<float> sums_;
};

class Backward {
public:
  Backward(const Saved& saved, const Tensor& gy, const Shape& shape, Tensor& g)
      : saved_(saved), gy_(gy), shape_(shape), g_(g), scores_(static_cast<std::size_t>(kQueries * kKeyBlock)),
        g_weights_(scores_.size()), weight_pairs_(scores_.size() / 2), g_pairs_(scores_.size() / 2), g_rows_(scores_.size()),
        g_queries_(static_cast<std::size_t>(kQueries * shape.width)),
        g_keys_(static_cast<std::size_t>(shape.width * shape.tokens)), g_values_(g_keys_.size()) {}

  // A head of a sample.
  void run(std::int64_t unit) {
    const Place place{.sample = unit / shape_.heads, .head = unit % shape_.heads};
    by_tokens(head_rows(saved_.qkv, shape_, place, kKeysPart), shape_, key_tokens_);
    by_channels(head_rows(saved_.qkv, shape_, place, kKeysPart), shape_, key_channels_);
    by_channels(head_rows(saved_.qkv, shape_, place, kValuesPart), shape_, value_channels_);
    for (std::int64_t first = 0; first < shape_.tokens; first += kQueries) {
      add_queries(place, first, std::min(kQueries, shape_.tokens - first));
    }
    write_transposed(g_keys_, place, kKeysPart, shape_.score_factor());
    write_transposed(g_values_, place, kValuesPart, 1);
  }

private:
  void add_queries(const Place& place, std::int64_t first, std::int64_t count) {
    const HeadRows queries = head_rows(saved_.qkv, shape_, place, kQueriesPart), gy = head_rows(gy_, shape_, place, 0);
    transposed_block(queries, shape_, first, count, pairs_, query_block_);
    transposed_block(gy, shape_, first, count, pairs_, gy_block_);
    const std::array<float, kQueries> correction = row_products(head_rows(saved_.y, shape_, place, 0), gy, first, count);
    const float* logarithm = saved_.logarithms.const_data_ptr<float>() + shape_.index(place, first);
    for (std::int64_t key = 0; key < shape_.tokens; key += kKeyBlock) {
      const std::int64_t keys = std::min(kKeyBlock, shape_.tokens - key), row = padded(keys);
      const ProductSize scores{.m = count, .n = keys, .k = shape_.width};
      BfloatProducts::multiply(scores, queries.from(first), {.words = key_channels_.data() + key, .row = shape_.tokens},
                               scores_.data(), row, false);
      BfloatProducts::multiply(scores, gy.from(first), {.words = value_channels_.data() + key, .row = shape_.tokens},
                               g_weights_.data(), row, false);
      score_gradient({.queries = count, .keys = keys, .row = row}, scores_.data(), g_weights_.data(), shape_.scale(), logarithm,
                     correction.data(), weight_pairs_.data(), g_pairs_.data(), g_rows_.data());
      const ProductSize sums{.m = shape_.width, .n = keys, .k = (count + 1) / 2 * 2};
      BfloatProducts::multiply(sums, rounded_block(gy_block_), {.words = weight_pairs_.data(), .row = row},
                               g_values_.data() + key, shape_.tokens, first > 0);
      BfloatProducts::multiply(sums, rounded_block(query_block_), {.words = g_pairs_.data(), .row = row}, g_keys_.data() + key,
                               shape_.tokens, first > 0);
      BfloatProducts::multiply({.m = count, .n = shape_.width, .k = row}, {.data = g_rows_.data(), .row = row},
                               {.words = key_tokens_.data() + key / 2 * shape_.width, .row = shape_.width}, g_queries_.data(),
                               shape_.width, key > 0);
    }
    scale_row(count * shape_.width, shape_.score_factor(), g_queries_.data());
    const std::int64_t row = g_.size(2);
    round_rows(g_queries_.data(), count, shape_.width, shape_.width, head_to_write(g_, shape_, place, kQueriesPart) + first * row,
               row);
  }

  // Of each of `count` tokens, the sum of gy * y over the head's channels.
  [[nodiscard]] std::array<float, kQueries> row_products(const HeadRows& y, const HeadRows& gy, std::int64_t first,
                                                         std::int64_t count) const {
    std::array<float, kQueries> sums{};
    for (std::int64_t i = 0; i < count; ++i) {
      for (std::int64_t c = 0; c < shape_.width; ++c) {
        sums[static_cast<std::size_t>(i)] += widened(y.at(first + i)[c]) * widened(gy.at(first + i)[c]);
      }
    }
    return sums;
  }

  // g: [width, tokens], times `factor`, to a part of the gradient.
  void write_transposed(std::vector<float>& g, const Place& place, std::int64_t part, float factor) {
    scale_row(static_cast<std::int64_t>(g.size()), factor, g.data());
    by_token_.resize(g.size());
    transpose_words(reinterpret_cast<const std::uint32_t*>(g.data()), shape_.width, shape_.tokens, shape_.tokens,
                    reinterpret_cast<std::uint32_t*>(by_token_.data()), shape_.width);
    round_rows(by_token_.data(), shape_.tokens, shape_.width, shape_.width, head_to_write(g_, shape_, place, part), g_.size(2));
  }

  const Saved& saved_;
  const Tensor& gy_;
  const Shape& shape_;
  Tensor& g_;
  BfloatProducts products_;
  Words key_tokens_, key_channels_, value_channels_, pairs_, query_block_, gy_block_;
  std::vector<float> scores_, g_weights_;
  Words weight_pairs_, g_pairs_;
  std::vector<std::uint16_t> g_rows_;
  std::vector<float> g_queries_, g_keys_, g_values_, by_token_;
};

class AttentionInBfloat16 : public torch::autograd::Function<AttentionInBfloat16> {
public:
  static Tensor forward(AutogradContext* context, const Tensor& qkv, std::int64_t heads) {
    const Shape shape(qkv, heads);
    Tensor y = at::empty({shape.batch, shape.tokens, shape.channels}, qkv.options());
    Tensor logarithms = at::empty({shape.batch, shape.heads, shape.tokens}, qkv.options().dtype(at::kFloat));
    at::parallel_for(0, shape.batch * shape.heads * shape.blocks(), 1, [&](std::int64_t begin, std::int64_t end) {
      Forward forward(qkv, shape, y, logarithms);
      for (std::int64_t unit = begin; unit < end; ++unit) {
        forward.run(unit);
      }
    });
    context->save_for_backward({qkv, y, logarithms});
    context->saved_data["heads"] = heads;
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list tensors = context->get_saved_variables();
    const Saved saved{.qkv = tensors[0], .y = tensors[1], .logarithms = tensors[2]};
    const Shape shape(saved.qkv, context->saved_data["heads"].toInt());
    const Tensor gy = gradients[0].contiguous();
    Tensor g = at::empty_like(saved.qkv);
    at::parallel_for(0, shape.batch * shape.heads, 1, [&](std::int64_t begin, std::int64_t end) {
      Backward backward(saved, gy, shape, g);
      for (std::int64_t unit = begin; unit < end; ++unit) {
        backward.run(unit);
      }
    });
    return {g, Tensor()};
  }
};

} // namespace

bool has_bfloat16_attention(const Tensor& qkv, std::int64_t heads) {
  return qkv.is_cpu() && qkv.scalar_type() == at::kBFloat16 && qkv.size(2) / 3 / heads % 2 == 0 && has_bfloat16_products();
}

Tensor bfloat_attention(const Tensor& qkv, std::int64_t heads) { return AttentionInBfloat16::apply(qkv.contiguous(), heads); }

} // namespace brainmvp::nn
