#include "nn/kernels/cube_rows.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

#include "nn/kernels/gemm.h"
#include "nn/kernels/token_parts.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

constexpr std::int64_t kPositions = 256; // of a strip: summed up before the sum passes through memory

// What planes of outputs give the gradient of the taps of one kd. Rows of inputs stand one behind the other, each after a zero,
// and so do those of gradients with zeros where a window reaches into the next row: one product sums over a strip of rows.
class TapsGradient {
public:
  TapsGradient(const Tensor& x, const Tensor& gy, std::int64_t stride)
      : shape_(x, stride), out_(gy.size(4)), x_(tokens_of(x)), gy_(tokens_of(gy)), row_((shape_.width + stride) / stride),
        rows_(std::clamp<std::int64_t>(kPositions / row_, 1, shape_.out(shape_.height))),
        inputs_(static_cast<std::size_t>((stride * (rows_ + 2) * stride * row_ + 2) * shape_.channels)),
        gradients_(static_cast<std::size_t>(rows_ * row_ * out_)) {}

  // Planes are counted through the batch. Adds to gw: [3, 3, in, out].
  void add(std::int64_t first_plane, std::int64_t last_plane, std::int64_t kd, float* gw) {
    const std::int64_t depth = shape_.out(shape_.depth), height = shape_.out(shape_.height);
    for (std::int64_t plane = first_plane; plane < last_plane; ++plane) {
      const std::int64_t b = plane / depth, d = plane % depth, seen = shape_.stride * d + kd - 1;
      for (std::int64_t h = 0; seen >= 0 && seen < shape_.depth && h < height; h += rows_) {
        const std::int64_t count = std::min(rows_, height - h);
        fill_inputs(b, seen, h, count);
        fill_gradients(b, d, h, count);
        add_strip(count, gw);
      }
    }
  }

private:
  // Where row i of the inputs that a strip sees begins. Rows that outputs below each other see follow each other.
  [[nodiscard]] float* input_row(std::int64_t i) {
    const std::int64_t place = i % shape_.stride * (rows_ + 2) + i / shape_.stride;
    return inputs_.data() + place * shape_.stride * row_ * shape_.channels;
  }

  void fill_inputs(std::int64_t b, std::int64_t plane, std::int64_t first, std::int64_t count) {
    const std::int64_t values = shape_.width * shape_.channels;
    for (std::int64_t i = 0; i < shape_.stride * (count - 1) + 3; ++i) {
      const std::int64_t h = shape_.stride * first + i - 1;
      float* to = input_row(i) + shape_.channels;
      if (h >= 0 && h < shape_.height) {
        load_values(storage_of(x_), x_.const_data_ptr(), shape_.row(b, plane, h) * values, values, to);
      } else {
        std::fill_n(to, values, 0.0F);
      }
    }
  }

  void fill_gradients(std::int64_t b, std::int64_t d, std::int64_t first, std::int64_t count) {
    const std::int64_t values = shape_.out(shape_.width) * out_;
    for (std::int64_t i = 0; i < count; ++i) {
      load_values(storage_of(gy_), gy_.const_data_ptr(), shape_.out_row(b, d, first + i) * values, values,
                  gradients_.data() + i * row_ * out_);
    }
  }

  void add_strip(std::int64_t count, float* gw) {
    const PackedFactor gradients({.data = gradients_.data(), .row = out_}, count * row_, out_);
    const std::int64_t window = 3 * shape_.channels;
    for (std::int64_t kh = 0; kh < 3; ++kh) {
      multiply(window, {.data = input_row(kh), .row = 1, .column = shape_.stride * shape_.channels}, gradients,
               gw + kh * window * out_, out_, true);
    }
  }

  CubeShape shape_;
  std::int64_t out_;
  Tensor x_, gy_;
  std::int64_t row_, rows_; // positions of a row of outputs, its zeros included; rows of a strip
  std::vector<float> inputs_, gradients_;
};

// gw: [27, in, out] -> [out, in, 3, 3, 3]
Tensor as_weight(const Tensor& gw, std::int64_t in, std::int64_t out) {
  constexpr std::int64_t kTaps = 27, kTogether = 32;
  Tensor weight = at::empty({out, in, 3, 3, 3}, gw.options());
  const float* from = gw.const_data_ptr<float>();
  float* to = weight.mutable_data_ptr<float>();
  at::parallel_for(0, (out + kTogether - 1) / kTogether, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t first = begin * kTogether; first < std::min(end * kTogether, out); first += kTogether) {
      const std::int64_t last = std::min(first + kTogether, out);
      for (std::int64_t i = 0; i < in; ++i) {
        for (std::int64_t tap = 0; tap < kTaps; ++tap) {
          for (std::int64_t o = first; o < last; ++o) {
            to[(o * in + i) * kTaps + tap] = from[(tap * in + i) * out + o];
          }
        }
      }
    }
  });
  return weight;
}

} // namespace

// A task has some planes and one kd.
Tensor weight_gradient_of(const Tensor& x, const Tensor& gy, std::int64_t stride) {
  const std::int64_t in = x.size(4), out = gy.size(4), taps = 9 * in * out;
  const std::int64_t planes = gy.size(0) * gy.size(1);
  const TokenParts parts(tokens_of(gy).size(0), 3 * taps);
  const std::int64_t count = std::min(parts.count(), planes);
  Tensor sums = at::zeros({count, 3, 3, 3, in, out}, x.options().dtype(at::kFloat));
  float* to = sums.mutable_data_ptr<float>();
  at::parallel_for(0, 3 * count, 1, [&](std::int64_t begin, std::int64_t end) {
    TapsGradient gradient(x, gy, stride);
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t part = task / 3;
      gradient.add(planes * part / count, planes * (part + 1) / count, task % 3, to + task * taps);
    }
  });
  return as_weight(added_up(sums), in, out);
}

} // namespace brainmvp::nn
