#include "infer/boxes.h"

#include <algorithm>

namespace brainmvp::infer {

void copy_box(const torch::Tensor& from, const store::Start& start, torch::Tensor to) {
  torch::Tensor source = from;
  for (std::int64_t axis = 0; axis < 3; ++axis) {
    const std::int64_t at = start.at(static_cast<std::size_t>(axis));
    const std::int64_t begin = std::max<std::int64_t>(at, 0);
    const std::int64_t end = std::min(at + to.size(axis), from.size(axis));
    if (end <= begin) {
      return;
    }
    source = source.narrow(axis, begin, end - begin);
    to = to.narrow(axis, begin - at, end - begin);
  }
  to.copy_(source);
}

} // namespace brainmvp::infer
