#include "nn/kernels/cube_convolution.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <vector>

#include "nn/kernels/aten_convolution.h"
#include "nn/kernels/execution.h"
#include "nn/kernels/gemm.h"
#include "nn/kernels/plain.h"
#include "nn/kernels/token_parts.h"
#include "nn/kernels/working_type.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t kRowsAtOnce = 8; // of outputs, for which the rows of inputs are copied once

struct CubeShape {
  explicit CubeShape(const Tensor& x)
      : samples(x.size(0)), depth(x.size(1)), height(x.size(2)), width(x.size(3)), channels(x.size(4)) {}

  [[nodiscard]] std::int64_t row(std::int64_t b, std::int64_t d, std::int64_t h) const { return (b * depth + d) * height + h; }

  std::int64_t samples, depth, height, width, channels;
};

// [B, D, H, W, C] -> [B D H W, C]
Tensor tokens_of(const Tensor& x) { return x.view({-1, x.size(4)}); }

// Rows of inputs that a strip of output rows of one plane sees, each with a zero before and behind it.
class PaddedRows {
public:
  explicit PaddedRows(const CubeShape& shape)
      : shape_(shape), row_((shape.width + 2) * shape.channels), present_(3 * (kRowsAtOnce + 2)),
        values_(static_cast<std::size_t>(3 * (kRowsAtOnce + 2) * row_)) {}

  void fill(const Tensor& tokens, std::int64_t b, std::int64_t d, std::int64_t first, std::int64_t count) {
    for (std::int64_t kd = 0; kd < 3; ++kd) {
      for (std::int64_t h = first - 1; h <= first + count; ++h) {
        const std::int64_t place = kd * (kRowsAtOnce + 2) + h - first + 1;
        const std::int64_t plane = d + kd - 1;
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
    const std::int64_t place = kd * (kRowsAtOnce + 2) + i + kh;
    return present_[static_cast<std::size_t>(place)] ? values_.data() + place * row_ : nullptr;
  }

private:
  CubeShape shape_;
  std::int64_t row_;
  std::vector<bool> present_;
  std::vector<float> values_;
};

// taps: [3, 3, 3, in, out]
Tensor convolve_rows(const Tensor& x, const Tensor& taps, const Tensor& bias) {
  const CubeShape shape(x);
  const std::int64_t out = taps.size(4), window = 3 * shape.channels;
  const std::int64_t strips = (shape.height + kRowsAtOnce - 1) / kRowsAtOnce;
  const Tensor tokens = tokens_of(x);
  Tensor y = at::empty({shape.samples, shape.depth, shape.height, shape.width, out}, x.options());
  Tensor y_tokens = tokens_of(y);
  const float* offset = bias.defined() ? bias.const_data_ptr<float>() : nullptr;
  std::vector<PackedFactor> factors;
  for (std::int64_t tap = 0; tap < 9; ++tap) {
    factors.emplace_back(Factor{.data = taps.const_data_ptr<float>() + tap * window * out, .row = out}, window, out);
  }
  at::parallel_for(0, shape.samples * shape.depth * strips, 1, [&](std::int64_t begin, std::int64_t end) {
    PaddedRows rows(shape);
    std::vector<float> room(static_cast<std::size_t>(shape.width * out));
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t b = task / strips / shape.depth, d = task / strips % shape.depth, first = task % strips * kRowsAtOnce;
      const std::int64_t count = std::min(kRowsAtOnce, shape.height - first);
      rows.fill(tokens, b, d, first, count);
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t token = shape.row(b, d, first + i) * shape.width;
        float* to = block_to_write(y_tokens, token, room.data());
        fill_rows({.count = shape.width, .channels = out}, offset, to);
        for (std::int64_t tap = 0; tap < 9; ++tap) {
          if (const float* from = rows.at(tap / 3, tap % 3, i); from != nullptr) {
            multiply(shape.width, {.data = from, .row = shape.channels}, factors[static_cast<std::size_t>(tap)], to, out, true);
          }
        }
        write_block(y_tokens, token, shape.width, to);
      }
    }
  });
  return y;
}

// What one row gives the gradient of the three taps along it, gw: [3, in, out]. Outputs at the ends see two inputs only.
void add_row_to_taps(std::int64_t width, std::int64_t in, std::int64_t out, const float* x, const float* gy, float* gw) {
  const auto add = [&](std::int64_t first_tap, std::int64_t taps, const float* inputs, const float* gradient,
                       std::int64_t count) {
    multiply({.m = taps * in, .n = out, .k = count}, {.data = inputs, .row = 1, .column = in}, gradient, out,
             gw + first_tap * in * out, out, true);
  };
  if (width == 1) {
    add(1, 1, x, gy, 1);
    return;
  }
  add(1, 2, x, gy, 1);
  add(0, 3, x, gy + out, width - 2);
  add(0, 2, x + (width - 2) * in, gy + (width - 1) * out, 1);
}

// What some planes of outputs give the gradient of the taps, for one pair of taps (kd, kh) after another.
class TapsGradient {
public:
  TapsGradient(const Tensor& x, const Tensor& gy)
      : shape_(x), out_(gy.size(4)), x_(tokens_of(x)), gy_(tokens_of(gy)), x_room_(room_for(shape_.channels)),
        gy_room_(room_for(out_)) {}

  // Planes are counted through the batch. Adds to gw: [3, in, out].
  void add(std::int64_t first_plane, std::int64_t last_plane, std::int64_t kd, std::int64_t kh, float* gw) {
    for (std::int64_t plane = first_plane; plane < last_plane; ++plane) {
      const std::int64_t seen = plane % shape_.depth + kd - 1; // within its sample
      if (seen >= 0 && seen < shape_.depth) {
        add_plane(plane, plane + kd - 1, kh, gw);
      }
    }
  }

private:
  [[nodiscard]] std::vector<float> room_for(std::int64_t channels) const {
    return std::vector<float>(static_cast<std::size_t>(shape_.width * channels));
  }

  [[nodiscard]] static const float* row_of(const Tensor& tokens, const CubeShape& shape, std::int64_t plane, std::int64_t h,
                                           std::vector<float>& room) {
    return read_block(tokens, (plane * shape.height + h) * shape.width, shape.width, room.data());
  }

  void add_plane(std::int64_t plane, std::int64_t seen, std::int64_t kh, float* gw) {
    const std::int64_t first = std::max<std::int64_t>(0, 1 - kh);
    const std::int64_t last = std::min(shape_.height, shape_.height + 1 - kh);
    for (std::int64_t h = first; h < last; ++h) {
      add_row_to_taps(shape_.width, shape_.channels, out_, row_of(x_, shape_, seen, h + kh - 1, x_room_),
                      row_of(gy_, shape_, plane, h, gy_room_), gw);
    }
  }

  CubeShape shape_;
  std::int64_t out_;
  Tensor x_, gy_;
  std::vector<float> x_room_, gy_room_;
};

// [3, 3, 3, in, out], float. A task has some planes and one pair of taps (kd, kh).
Tensor taps_gradient_of(const Tensor& x, const Tensor& gy) {
  const std::int64_t in = x.size(4), out = gy.size(4), pair = 3 * in * out;
  const std::int64_t planes = x.size(0) * x.size(1);
  const TokenParts parts(tokens_of(x).size(0), 9 * pair);
  const std::int64_t count = std::min(parts.count(), planes);
  Tensor sums = at::zeros({count, 3, 3, 3, in, out}, x.options().dtype(at::kFloat));
  float* to = sums.mutable_data_ptr<float>();
  at::parallel_for(0, 9 * count, 1, [&](std::int64_t begin, std::int64_t end) {
    TapsGradient gradient(x, gy);
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t part = task / 9;
      gradient.add(planes * part / count, planes * (part + 1) / count, task % 9 / 3, task % 3, to + task * pair);
    }
  });
  return count == 1 ? sums[0] : sums.sum(0);
}

class CubeConvolution : public torch::autograd::Function<CubeConvolution> {
public:
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, const Tensor& bias) {
    context->save_for_backward({x, weight});
    return convolve_rows(x, weight.permute({2, 3, 4, 1, 0}).contiguous(), bias.numel() > 0 ? bias : Tensor());
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor& x = saved[0];
    const Tensor weight = saved[1].detach();
    const Tensor gy = gradients[0].contiguous();
    Tensor gx, gb;
    if (context->needs_input_grad(0)) {
      gx = convolve_rows(gy, weight.flip({2, 3, 4}).permute({2, 3, 4, 0, 1}).contiguous(), Tensor());
    }
    if (context->needs_input_grad(2)) {
      gb = column_sums(tokens_of(gy));
    }
    return {gx, taps_gradient_of(x, gy).permute({4, 3, 0, 1, 2}).contiguous(), gb};
  }
};

} // namespace

Tensor convolve_cubes(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (uses_plain_kernels()) {
    return plain::convolve(x, weight, bias, 1);
  }
  if (!has_own_products(x, weight)) {
    return aten_convolution(x.permute({0, 4, 1, 2, 3}), weight, bias, 1, 1).permute({0, 2, 3, 4, 1}).contiguous();
  }
  return CubeConvolution::apply(x.to(working_type(x)).contiguous(), weight, bias.defined() ? bias : at::empty({0}));
}

} // namespace brainmvp::nn
