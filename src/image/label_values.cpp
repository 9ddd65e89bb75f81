#include "image/label_values.h"

#include <set>

namespace brainmvp::image {

std::vector<int> values_of(const LabelVolume& volume) {
  std::set<int> values;
  const std::int32_t* last = nullptr;
  for (const std::int32_t& value : volume.data) {
    if (last == nullptr || value != *last) {
      values.insert(value);
    }
    last = &value;
  }
  return {values.begin(), values.end()};
}

} // namespace brainmvp::image
