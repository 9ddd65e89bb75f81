// How the tokens of a tensor are shared out to threads.
#pragma once

#include <torch/types.h>

#include <algorithm>
#include <cstdint>

#include "nn/kernels/token_math.h"

namespace brainmvp::nn {

inline Storage storage_of(const torch::Tensor& x) {
  return x.scalar_type() == at::kBFloat16 ? Storage::kBfloat16 : Storage::kFloat;
}

// Rows first .. first + count of x: [N, C], float or bfloat16, in single precision: x's own memory, or widened into `room`.
inline const float* read_block(const torch::Tensor& x, std::int64_t first, std::int64_t count, float* room) {
  if (storage_of(x) == Storage::kFloat) {
    return x.const_data_ptr<float>() + first * x.size(1);
  }
  load_values(Storage::kBfloat16, x.const_data_ptr(), first * x.size(1), count * x.size(1), room);
  return room;
}

// Where rows from `first` of y: [N, C] are computed: y's own memory, or `room`, from which write_block rounds them.
inline float* block_to_write(torch::Tensor& y, std::int64_t first, float* room) {
  return storage_of(y) == Storage::kFloat ? y.mutable_data_ptr<float>() + first * y.size(1) : room;
}

inline void write_block(torch::Tensor& y, std::int64_t first, std::int64_t count, const float* values) {
  if (storage_of(y) != Storage::kFloat) {
    store_values(storage_of(y), values, count * y.size(1), y.mutable_data_ptr(), first * y.size(1));
  }
}

// Parts of nearly the same size, whose number depends on the shapes alone, so that sums over a part, and of the parts in their
// order, do not depend on the number of threads. `sums`: floats that a part adds up.
class TokenParts {
public:
  TokenParts(std::int64_t tokens, std::int64_t sums) : tokens_(tokens) {
    constexpr std::int64_t kSmallestPart = 216;
    constexpr std::int64_t kMostParts = 64;
    constexpr std::int64_t kMostSums = 8 << 20; // of all parts, in floats
    const std::int64_t wanted = std::min({tokens / kSmallestPart, kMostSums / std::max<std::int64_t>(1, sums), kMostParts});
    while (2 * count_ <= wanted) {
      count_ *= 2;
    }
  }

  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] std::int64_t begin(std::int64_t part) const { return tokens_ * part / count_; }
  [[nodiscard]] std::int64_t end(std::int64_t part) const { return begin(part + 1); }

private:
  std::int64_t tokens_;
  std::int64_t count_ = 1;
};

// parts: [P, ...], contiguous -> their sum, [...], added in their order; one part is not copied.
torch::Tensor added_up(const torch::Tensor& parts);

} // namespace brainmvp::nn
