#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/text.h"
#include "register/align.h"

namespace brainmvp::registration {
namespace {

// Beyond these a person should look; docs/background/registration.md says how they were chosen.
constexpr double kAlignedMm = 0.5;
constexpr double kLeastInformation = 0.03; // nats; chance gives 0.01 with these points and bins
constexpr double kLeastOverlap = 0.7;
constexpr double kWorstRepeatMm = 1;
constexpr double kFarMm = 40;
constexpr double kFarDegrees = 30;

} // namespace

Verdict verdict_of(const Alignment& alignment) {
  const auto rounded = [](double value) { return shortest(std::round(value * 10) / 10); };
  const std::string moved = alignment.displacement_mm < kAlignedMm
                                ? "was aligned within " + rounded(std::max(alignment.displacement_mm, 0.1)) + " mm"
                                : "moved by " + rounded(alignment.displacement_mm) + " mm";
  std::vector<std::string> doubts;
  if (alignment.information_after < kLeastInformation) {
    doubts.emplace_back("the images have next to nothing in common");
  }
  if (alignment.overlap < kLeastOverlap) {
    doubts.push_back("only " + std::to_string(std::lround(100 * alignment.overlap)) + "% of the head is in both images");
  }
  if (alignment.repeat_mm > kWorstRepeatMm) {
    doubts.push_back("a second estimate differs by " + rounded(alignment.repeat_mm) + " mm");
  }
  if (alignment.displacement_mm > kFarMm || alignment.to_moving.angle_degrees() > kFarDegrees) {
    doubts.push_back("turned by " + rounded(alignment.to_moving.angle_degrees()) + " degrees, so the headers disagree");
  }
  return {.doubtful = !doubts.empty(), .text = doubts.empty() ? moved : moved + "; doubtful: " + join(doubts, ", ")};
}

} // namespace brainmvp::registration
