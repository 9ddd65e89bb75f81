#include "nn/kernels/cube_rows.h"

#include <ATen/Parallel.h>

#include <vector>

#include "nn/kernels/gemm.h"
#include "nn/kernels/token_parts.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

constexpr std::int64_t kRowsAtOnce = 8; // of outputs, for which the rows of inputs are copied once

// Rows of inputs that a strip of output rows of one plane sees, each with a zero before and behind it.
class PaddedRows {
public:
  explicit PaddedRows(const CubeShape& shape)
      : shape_(shape), rows_(shape.stride * (kRowsAtOnce - 1) + 3), row_((shape.width + 2) * shape.channels),
        present_(static_cast<std::size_t>(3 * rows_)), values_(static_cast<std::size_t>(3 * rows_ * row_)) {}

  // For `count` output rows from `first` of plane d.
  void fill(const Tensor& tokens, std::int64_t b, std::int64_t d, std::int64_t first, std::int64_t count) {
    for (std::int64_t kd = 0; kd < 3; ++kd) {
      for (std::int64_t i = 0; i < shape_.stride * (count - 1) + 3; ++i) {
        const std::int64_t place = kd * rows_ + i;
        const std::int64_t plane = shape_.stride * d + kd - 1, h = shape_.stride * first + i - 1;
        present_[static_cast<std::size_t>(place)] = plane >= 0 && plane < shape_.depth && h >= 0 && h < shape_.height;
        if (present_[static_cast<std::size_t>(place)]) {
          load_values(storage_of(tokens), tokens.const_data_ptr(), shape_.row(b, plane, h) * shape_.width * shape_.channels,
                      shape_.width * shape_.channels, values_.data() + place * row_ + shape_.channels);
        }
      }
    }
  }

  // The row of tap (kd, kh) for the strip's output row i; null where all of it is padding.
  [[nodiscard]] const float* at(std::int64_t kd, std::int64_t kh, std::int64_t i) const {
    const std::int64_t place = kd * rows_ + shape_.stride * i + kh;
    return present_[static_cast<std::size_t>(place)] ? values_.data() + place * row_ : nullptr;
  }

private:
  CubeShape shape_;
  std::int64_t rows_, row_;
  std::vector<bool> present_;
  std::vector<float> values_;
};

// Along each axis, output o gives tap k to input 2 o + k - 1: an input at an even position has the middle tap of one output, one
// at an odd position the last tap of one and the first of the next.
class SpreadRows {
public:
  SpreadRows(const Tensor& x, const Tensor& weight, const Tensor& gy) : shape_(x, 2), out_(gy.size(4)), gy_(tokens_of(gy)) {
    const Tensor taps = weight.permute({2, 3, 4, 0, 1}); // [3, 3, 3, out, in]
    const Tensor middle = taps.select(2, 1).contiguous();
    const Tensor ends = at::cat({taps.select(2, 2), taps.select(2, 0)}, 2); // [3, 3, 2 out, in]
    for (std::int64_t pair = 0; pair < 9; ++pair) {
      even_.push_back(factor(middle, pair, out_));
      odd_.push_back(factor(ends, pair, 2 * out_));
    }
  }

  // Row h of plane d, [W, in]. `room`: a row of gradients and a zero behind it.
  void fill(std::int64_t b, std::int64_t d, std::int64_t h, std::vector<float>& room, float* to) const {
    fill_rows({.count = shape_.width, .channels = shape_.channels}, nullptr, to);
    for (std::int64_t kd = (d + 1) % 2; kd < 3; kd += 2) {
      for (std::int64_t kh = (h + 1) % 2; kh < 3; kh += 2) {
        const std::int64_t plane = (d + 1 - kd) / 2, row = (h + 1 - kh) / 2;
        if (plane < shape_.out(shape_.depth) && row < shape_.out(shape_.height)) {
          add(shape_.out_row(b, plane, row), static_cast<std::size_t>(3 * kd + kh), room, to);
        }
      }
    }
  }

  [[nodiscard]] std::vector<float> room() const {
    return std::vector<float>(static_cast<std::size_t>((shape_.out(shape_.width) + 1) * out_));
  }

private:
  [[nodiscard]] PackedFactor factor(const Tensor& taps, std::int64_t pair, std::int64_t rows) const {
    return {
        {.data = taps.const_data_ptr<float>() + pair * rows * shape_.channels, .row = shape_.channels}, rows, shape_.channels};
  }

  void add(std::int64_t gy_row, std::size_t pair, std::vector<float>& room, float* to) const {
    const std::int64_t values = shape_.out(shape_.width) * out_;
    load_values(storage_of(gy_), gy_.const_data_ptr(), gy_row * values, values, room.data());
    const Factor rows{.data = room.data(), .row = out_};
    multiply((shape_.width + 1) / 2, rows, even_[pair], to, 2 * shape_.channels, true);
    multiply(shape_.width / 2, rows, odd_[pair], to + shape_.channels, 2 * shape_.channels, true);
  }

  CubeShape shape_;
  std::int64_t out_;
  Tensor gy_;
  std::vector<PackedFactor> even_, odd_;
};

} // namespace

Tensor convolve_rows(const Tensor& x, const Tensor& taps, const Tensor& bias, std::int64_t stride) {
  const CubeShape shape(x, stride);
  const std::int64_t out = taps.size(4), window = 3 * shape.channels;
  const std::int64_t depth = shape.out(shape.depth), height = shape.out(shape.height), width = shape.out(shape.width);
  const std::int64_t strips = (height + kRowsAtOnce - 1) / kRowsAtOnce;
  const Tensor tokens = tokens_of(x);
  Tensor y = at::empty({shape.samples, depth, height, width, out}, x.options());
  Tensor y_tokens = tokens_of(y);
  const float* offset = bias.defined() ? bias.const_data_ptr<float>() : nullptr;
  std::vector<PackedFactor> factors;
  for (std::int64_t tap = 0; tap < 9; ++tap) {
    factors.emplace_back(Factor{.data = taps.const_data_ptr<float>() + tap * window * out, .row = out}, window, out);
  }
  at::parallel_for(0, shape.samples * depth * strips, 1, [&](std::int64_t begin, std::int64_t end) {
    PaddedRows rows(shape);
    std::vector<float> room(static_cast<std::size_t>(width * out));
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t b = task / strips / depth, d = task / strips % depth, first = task % strips * kRowsAtOnce;
      const std::int64_t count = std::min(kRowsAtOnce, height - first);
      rows.fill(tokens, b, d, first, count);
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t token = shape.out_row(b, d, first + i) * width;
        float* to = block_to_write(y_tokens, token, room.data());
        fill_rows({.count = width, .channels = out}, offset, to);
        for (std::int64_t tap = 0; tap < 9; ++tap) {
          if (const float* from = rows.at(tap / 3, tap % 3, i); from != nullptr) {
            multiply(width, {.data = from, .row = stride * shape.channels}, factors[static_cast<std::size_t>(tap)], to, out,
                     true);
          }
        }
        write_block(y_tokens, token, width, to);
      }
    }
  });
  return y;
}

Tensor spread_rows(const Tensor& x, const Tensor& weight, const Tensor& gy) {
  const CubeShape shape(x, 2);
  const SpreadRows rows(x, weight, gy);
  Tensor gx = at::empty_like(x);
  Tensor tokens = tokens_of(gx);
  at::parallel_for(0, shape.samples * shape.depth * shape.height, kRowsAtOnce, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> gy_room = rows.room();
    std::vector<float> room(static_cast<std::size_t>(shape.width * shape.channels));
    for (std::int64_t row = begin; row < end; ++row) {
      float* to = block_to_write(tokens, row * shape.width, room.data());
      rows.fill(row / shape.height / shape.depth, row / shape.height % shape.depth, row % shape.height, gy_room, to);
      write_block(tokens, row * shape.width, shape.width, to);
    }
  });
  return gx;
}

} // namespace brainmvp::nn
