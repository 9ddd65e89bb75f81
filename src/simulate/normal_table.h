// Normal noise by the million: quantiles from a table, so that a draw costs a look-up.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/random.h"

namespace brainmvp::simulate {

// 4096 equally likely values of the standard normal distribution, rescaled to variance 1. The largest is 3.6.
const std::array<float, 4096>& normal_quantiles();

// Five draws of 12 bits from each number of the stream.
class FastNormal {
public:
  explicit FastNormal(RandomStream stream) : quantiles_(normal_quantiles()), stream_(stream) {}

  float operator()() {
    if (left_ == 0) {
      bits_ = stream_.next();
      left_ = 5;
    }
    const float value = quantiles_[bits_ & 0xFFFU];
    bits_ >>= 12U;
    --left_;
    return value;
  }

private:
  const std::array<float, 4096>& quantiles_;
  RandomStream stream_;
  std::uint64_t bits_ = 0;
  int left_ = 0;
};

} // namespace brainmvp::simulate
