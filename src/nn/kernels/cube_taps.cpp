#include "nn/kernels/cube_rows.h"

#include <ATen/Parallel.h>

#include <vector>

#include "nn/kernels/gemm.h"
#include "nn/kernels/token_parts.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

// What one row gives the gradient of the three taps along it, gw: [3, in, out]. Outputs at the ends see two inputs only.
void add_row_to_taps(const CubeShape& shape, std::int64_t out, const float* x, const float* gy, float* gw) {
  const std::int64_t in = shape.channels, outputs = shape.out(shape.width);
  // Of outputs first .. first + count, which see `taps` taps from `first_tap`.
  const auto add = [&](std::int64_t first, std::int64_t count, std::int64_t first_tap, std::int64_t taps) {
    multiply({.m = taps * in, .n = out, .k = count},
             {.data = x + (shape.stride * first + first_tap - 1) * in, .row = 1, .column = shape.stride * in}, gy + first * out,
             out, gw + first_tap * in * out, out, true);
  };
  if (shape.width == 1) {
    add(0, 1, 1, 1);
    return;
  }
  add(0, 1, 1, 2);
  const bool last_sees_all = shape.stride * (outputs - 1) + 1 < shape.width;
  const std::int64_t inner = outputs - (last_sees_all ? 1 : 2);
  if (inner > 0) {
    add(1, inner, 0, 3);
  }
  if (!last_sees_all) {
    add(outputs - 1, 1, 0, 2);
  }
}

// What some planes of outputs give the gradient of the taps, for one pair of taps (kd, kh) after another.
class TapsGradient {
public:
  TapsGradient(const Tensor& x, const Tensor& gy, std::int64_t stride)
      : shape_(x, stride), out_(gy.size(4)), x_(tokens_of(x)), gy_(tokens_of(gy)),
        x_room_(static_cast<std::size_t>(shape_.width * shape_.channels)),
        gy_room_(static_cast<std::size_t>(shape_.out(shape_.width) * out_)) {}

  // Planes are counted through the batch. Adds to gw: [3, in, out].
  void add(std::int64_t first_plane, std::int64_t last_plane, std::int64_t kd, std::int64_t kh, float* gw) {
    const std::int64_t depth = shape_.out(shape_.depth);
    for (std::int64_t plane = first_plane; plane < last_plane; ++plane) {
      const std::int64_t seen = shape_.stride * (plane % depth) + kd - 1;
      if (seen >= 0 && seen < shape_.depth) {
        add_plane(plane / depth, plane % depth, seen, kh, gw);
      }
    }
  }

private:
  void add_plane(std::int64_t b, std::int64_t d, std::int64_t seen, std::int64_t kh, float* gw) {
    const std::int64_t width = shape_.out(shape_.width);
    for (std::int64_t h = 0; h < shape_.out(shape_.height); ++h) {
      const std::int64_t seen_row = shape_.stride * h + kh - 1;
      if (seen_row >= 0 && seen_row < shape_.height) {
        add_row_to_taps(shape_, out_, read_block(x_, shape_.row(b, seen, seen_row) * shape_.width, shape_.width, x_room_.data()),
                        read_block(gy_, shape_.out_row(b, d, h) * width, width, gy_room_.data()), gw);
      }
    }
  }

  CubeShape shape_;
  std::int64_t out_;
  Tensor x_, gy_;
  std::vector<float> x_room_, gy_room_;
};

} // namespace

// A task has some planes and one pair of taps (kd, kh).
Tensor taps_gradient_of(const Tensor& x, const Tensor& gy, std::int64_t stride) {
  const std::int64_t in = x.size(4), out = gy.size(4), pair = 3 * in * out;
  const std::int64_t planes = gy.size(0) * gy.size(1);
  const TokenParts parts(tokens_of(gy).size(0), 9 * pair);
  const std::int64_t count = std::min(parts.count(), planes);
  Tensor sums = at::zeros({count, 3, 3, 3, in, out}, x.options().dtype(at::kFloat));
  float* to = sums.mutable_data_ptr<float>();
  at::parallel_for(0, 9 * count, 1, [&](std::int64_t begin, std::int64_t end) {
    TapsGradient gradient(x, gy, stride);
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t part = task / 9;
      gradient.add(planes * part / count, planes * (part + 1) / count, task % 9 / 3, task % 3, to + task * pair);
    }
  });
  return added_up(sums);
}

} // namespace brainmvp::nn
