#include "nn/kernels/cube_rows.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <vector>

#include "nn/kernels/gemm.h"
#include "nn/kernels/token_parts.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

constexpr std::int64_t kRowsAtOnce = 8; // of gradients under stride 2

// Outputs that are computed together, some rows of some planes: enough of them to use a part of the weights often while it is in
// the cache, and blocks enough for all threads. How outputs are shared out changes no sum.
struct OutputBlock {
  explicit OutputBlock(const CubeShape& shape) {
    constexpr std::int64_t kPositions = 512;
    const std::int64_t width = shape.out(shape.width), height = shape.out(shape.height), depth = shape.out(shape.depth);
    const std::int64_t most = std::clamp<std::int64_t>(kPositions / width, 1, height), strips = (height + most - 1) / most;
    rows = (height + strips - 1) / strips;
    const std::int64_t shared = shape.samples * depth * strips / (2 * at::get_num_threads());
    planes = std::clamp<std::int64_t>(std::min(kPositions / (rows * width), shared), 1, depth);
  }

  std::int64_t rows, planes;
};

// Rows of inputs that a block of outputs sees, each with a zero before and behind it.
class PaddedRows {
public:
  PaddedRows(const CubeShape& shape, const OutputBlock& block)
      : shape_(shape), rows_(shape.stride * (block.rows - 1) + 3), row_((shape.width + 2) * shape.channels),
        present_(static_cast<std::size_t>((shape.stride * (block.planes - 1) + 3) * rows_)),
        values_(present_.size() * static_cast<std::size_t>(row_)) {}

  // For `planes` from d with `rows` from h each, of outputs.
  void fill(const Tensor& tokens, std::int64_t b, std::int64_t d, std::int64_t planes, std::int64_t h, std::int64_t rows) {
    for (std::int64_t p = 0; p < shape_.stride * (planes - 1) + 3; ++p) {
      for (std::int64_t i = 0; i < shape_.stride * (rows - 1) + 3; ++i) {
        fill_row(tokens, b, shape_.stride * d + p - 1, shape_.stride * h + i - 1, p * rows_ + i);
      }
    }
  }

  // The row of tap (kd, kh) for the block's output row i of plane p; null where all of it is padding.
  [[nodiscard]] const float* at(std::int64_t kd, std::int64_t kh, std::int64_t p, std::int64_t i) const {
    const std::int64_t place = (shape_.stride * p + kd) * rows_ + shape_.stride * i + kh;
    return present_[static_cast<std::size_t>(place)] ? values_.data() + place * row_ : nullptr;
  }

private:
  void fill_row(const Tensor& tokens, std::int64_t b, std::int64_t plane, std::int64_t h, std::int64_t place) {
    const bool present = plane >= 0 && plane < shape_.depth && h >= 0 && h < shape_.height;
    present_[static_cast<std::size_t>(place)] = present;
    if (present) {
      load_values(storage_of(tokens), tokens.const_data_ptr(), shape_.row(b, plane, h) * shape_.width * shape_.channels,
                  shape_.width * shape_.channels, values_.data() + place * row_ + shape_.channels);
    }
  }

  CubeShape shape_;
  std::int64_t rows_, row_;
  std::vector<bool> present_;
  std::vector<float> values_;
};

// The taps of each (kd, kh), [3 in, out], of a weight [out, in, 3, 3, 3]; `backward`: [3 out, in] of the mirrored ones.
std::vector<PackedFactor> pack_taps(const Tensor& weight, bool backward) {
  constexpr std::int64_t kTaps = 27, kTogether = 32;
  const std::int64_t out = weight.size(0), in = weight.size(1), rows = backward ? out : in, columns = backward ? in : out;
  const Tensor contiguous = weight.contiguous();
  const float* from = contiguous.const_data_ptr<float>();
  std::vector<PackedFactor> factors(9, PackedFactor(3 * rows, columns));
  at::parallel_for(0, (columns + kTogether - 1) / kTogether, 1, [&](std::int64_t begin, std::int64_t end) {
    std::array<std::array<float, kTogether>, kTaps> turned; // a tap of each column
    for (std::int64_t first = begin * kTogether; first < std::min(end * kTogether, columns); first += kTogether) {
      const std::int64_t count = std::min(kTogether, columns - first);
      for (std::int64_t row = 0; row < rows; ++row) {
        for (std::int64_t column = 0; column < count; ++column) {
          const float* taps = from + (backward ? row * in + first + column : (first + column) * in + row) * kTaps;
          for (std::int64_t tap = 0; tap < kTaps; ++tap) {
            turned[static_cast<std::size_t>(backward ? kTaps - 1 - tap : tap)][static_cast<std::size_t>(column)] = taps[tap];
          }
        }
        for (std::int64_t tap = 0; tap < kTaps; ++tap) {
          factors[static_cast<std::size_t>(tap / 3)].set(tap % 3 * rows + row, first, count,
                                                         turned[static_cast<std::size_t>(tap)].data());
        }
      }
    }
  });
  return factors;
}

// Blocks of outputs, each from the rows of inputs that it sees.
class RowConvolution {
public:
  // factors: of each (kd, kh), [3 in, out]
  RowConvolution(const Tensor& x, std::vector<PackedFactor> factors, const Tensor& bias, Tensor& y, std::int64_t stride)
      : shape_(x, stride), block_(shape_), out_(y.size(4)), x_(tokens_of(x)), y_(tokens_of(y)), bias_(bias),
        factors_(std::move(factors)) {
    strips_ = (shape_.out(shape_.height) + block_.rows - 1) / block_.rows;
    groups_ = (shape_.out(shape_.depth) + block_.planes - 1) / block_.planes;
  }

  void run() {
    at::parallel_for(0, shape_.samples * groups_ * strips_, 1, [&](std::int64_t begin, std::int64_t end) {
      PaddedRows rows(shape_, block_);
      std::vector<float> room(static_cast<std::size_t>(block_.planes * block_.rows * shape_.out(shape_.width) * out_));
      for (std::int64_t task = begin; task < end; ++task) {
        compute(task / strips_ / groups_, task / strips_ % groups_ * block_.planes, task % strips_ * block_.rows, rows, room);
      }
    });
  }

private:
  void compute(std::int64_t b, std::int64_t d, std::int64_t h, PaddedRows& inputs, std::vector<float>& room) {
    const std::int64_t planes = std::min(block_.planes, shape_.out(shape_.depth) - d);
    const std::int64_t rows = std::min(block_.rows, shape_.out(shape_.height) - h), width = shape_.out(shape_.width);
    inputs.fill(x_, b, d, planes, h, rows);
    std::vector<float*> outputs;
    for (std::int64_t p = 0; p < planes; ++p) {
      for (std::int64_t i = 0; i < rows; ++i) {
        float* own = room.data() + (p * rows + i) * width * out_;
        outputs.push_back(block_to_write(y_, shape_.out_row(b, d + p, h + i) * width, own));
        fill_rows({.count = width, .channels = out_}, bias_.defined() ? bias_.const_data_ptr<float>() : nullptr, outputs.back());
      }
    }
    std::vector<Segment> segments;
    for (std::int64_t tap = 0; tap < 9; ++tap) {
      segments.clear();
      for (std::int64_t row = 0; row < planes * rows; ++row) {
        if (const float* from = inputs.at(tap / 3, tap % 3, row / rows, row % rows); from != nullptr) {
          segments.push_back({.a = from, .c = outputs[static_cast<std::size_t>(row)]});
        }
      }
      multiply_segments(width, segments, shape_.stride * shape_.channels, factors_[static_cast<std::size_t>(tap)], out_);
    }
    for (std::int64_t row = 0; row < planes * rows; ++row) {
      write_block(y_, shape_.out_row(b, d + row / rows, h + row % rows) * width, width, outputs[static_cast<std::size_t>(row)]);
    }
  }

  CubeShape shape_;
  OutputBlock block_;
  std::int64_t out_, strips_ = 0, groups_ = 0;
  Tensor x_, y_, bias_;
  std::vector<PackedFactor> factors_;
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

Tensor convolve_rows(const Tensor& x, const Tensor& weight, const Tensor& bias, std::int64_t stride) {
  const CubeShape shape(x, stride);
  Tensor y = at::empty({shape.samples, shape.out(shape.depth), shape.out(shape.height), shape.out(shape.width), weight.size(0)},
                       x.options());
  RowConvolution(x, pack_taps(weight, false), bias, y, stride).run();
  return y;
}

Tensor convolve_back(const Tensor& gy, const Tensor& weight) {
  Tensor gx = at::empty({gy.size(0), gy.size(1), gy.size(2), gy.size(3), weight.size(1)}, gy.options());
  RowConvolution(gy, pack_taps(weight, true), Tensor(), gx, 1).run();
  return gx;
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
