#include "image/windows.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "base/text.h"

namespace brainmvp::image {

std::vector<std::int64_t> window_starts(std::size_t length, std::size_t window, double overlap) {
  if (!(overlap >= 0 && overlap < 1)) {
    throw Error(ExitCode::kUsage, "overlap " + shortest(overlap) + ": expected at least 0 and less than 1");
  }
  const std::int64_t last = static_cast<std::int64_t>(length) - static_cast<std::int64_t>(window);
  if (last <= 0) {
    return {-(-last / 2)};
  }
  const auto step = std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(window) * (1 - overlap)));
  std::vector<std::int64_t> starts;
  for (std::int64_t at = 0; at < last; at += step) {
    starts.push_back(at);
  }
  starts.push_back(last);
  return starts;
}

} // namespace brainmvp::image
