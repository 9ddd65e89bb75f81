#include "checkpoint/dtype.h"

#include <algorithm>

#include "base/error.h"

namespace brainmvp::checkpoint {

const Dtype* dtype_of_storage(std::string_view storage_class) {
  const auto found = std::ranges::find(kDtypes, storage_class, &Dtype::storage);
  return found == kDtypes.end() ? nullptr : found;
}

const Dtype* dtype_of_safetensors(std::string_view name) {
  const auto found = std::ranges::find(kDtypes, name, &Dtype::safetensors);
  return found == kDtypes.end() ? nullptr : found;
}

const Dtype& dtype_of(at::ScalarType type) {
  const auto found = std::ranges::find(kDtypes, type, &Dtype::type);
  if (found == kDtypes.end()) {
    throw Error(ExitCode::kInternal, std::string("a checkpoint cannot hold tensors of type ") + c10::toString(type));
  }
  return *found;
}

std::optional<std::int64_t> element_count(at::IntArrayRef shape) {
  std::int64_t count = 1;
  bool empty = false;
  for (const std::int64_t extent : shape) {
    if (extent == 0) {
      empty = true;
    } else if (extent < 0 || __builtin_mul_overflow(count, extent, &count)) {
      return std::nullopt;
    }
  }
  return empty ? 0 : count;
}

std::string shape_text(at::IntArrayRef shape) {
  std::string text = "[";
  for (const std::int64_t extent : shape) {
    text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
  }
  return text + "]";
}

} // namespace brainmvp::checkpoint
