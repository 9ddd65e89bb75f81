#include "store/scale_modalities.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "base/text.h"
#include "base/thread_pool.h"
#include "image/intensity.h"
#include "image/positive_margin.h"
#include "store/field_of_view.h"
#include "store/zero_background.h"

namespace brainmvp::store {
namespace {

constexpr double kManySaturated = 0.2; // of the voxels above 0

// What one modality's scaling has to say.
struct Scaled {
  image::Size margin{};
  bool constant = false;              // between its percentiles
  bool flat = false;                  // all zeros now
  std::optional<double> zero_becomes; // where 0 is a background between the values of the head
  double saturated = 0;               // share of the voxels above 0 that a reader of clipped values sees at a bound
};

// Those inside the field of view, or those of them above 0; of exactly the memory that they need.
std::vector<float> chosen(std::span<const float> values, std::span<const std::uint8_t> inside, bool positive_only) {
  const auto wanted = [&](std::size_t i) { return (inside.empty() || inside[i] != 0) && (!positive_only || values[i] > 0); };
  std::size_t count = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    count += wanted(i) ? 1U : 0U;
  }
  std::vector<float> kept;
  kept.reserve(count);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (wanted(i)) {
      kept.push_back(values[i]);
    }
  }
  return kept;
}

std::array<float, 2> limits_of(std::span<const float> values, std::span<const std::uint8_t> inside,
                               const PrepareOptions& options) {
  const std::array<double, 2> ranks{options.low_percentile, options.high_percentile};
  const bool everything = options.percentiles_of == PercentilesOf::kCrop;
  if (everything && inside.empty()) {
    return image::percentiles(values, ranks);
  }
  const std::vector<float> part = chosen(values, inside, !everything);
  return part.empty() ? std::array<float, 2>{0, 0} : image::percentiles(part, ranks);
}

// From the smallest value to the upper percentile of what is above 0, as for an angiogram of nothing but vessels.
std::array<float, 2> wider_limits(std::span<const float> values, std::span<const std::uint8_t> inside, double high_percentile) {
  const std::vector<float> positive = chosen(values, inside, true);
  return {std::ranges::min(values), positive.empty() ? 0.0F : image::percentile(positive, high_percentile)};
}

double share_beyond(std::span<const float> values, std::span<const std::uint8_t> inside, const std::array<float, 2>& limits) {
  std::size_t positive = 0;
  std::size_t beyond = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if ((inside.empty() || inside[i] != 0) && values[i] > 0) {
      ++positive;
      beyond += values[i] <= limits[0] || values[i] >= limits[1] ? 1U : 0U;
    }
  }
  return positive == 0 ? 0 : static_cast<double>(beyond) / static_cast<double>(positive);
}

Scaled scale_one(image::Volume& volume, const std::optional<image::Grid>& own, const PrepareOptions& options) {
  std::vector<float>& values = volume.data;
  const std::vector<std::uint8_t> inside = own ? in_field_of_view(image::grid_of(volume), *own) : std::vector<std::uint8_t>();
  std::array<float, 2> limits = limits_of(values, inside, options);
  Scaled result;
  if (limits[1] <= limits[0]) {
    result.constant = true;
    limits = wider_limits(values, inside, options.high_percentile);
  }
  result.flat = limits[1] <= limits[0];
  if (std::ranges::min(values) >= 0) { // otherwise 0 does not part head and background
    result.saturated = share_beyond(values, inside, limits);
  }
  if (!result.flat && zero_lies_between(values, inside)) {
    result.zero_becomes = -limits[0] / (limits[1] - limits[0]);
  }
  image::scale_between(values, limits[0], limits[1]);
  for (std::size_t i = 0; i < inside.size(); ++i) {
    values[i] = inside[i] != 0 ? values[i] : 0.0F;
  }
  result.margin = image::positive_margin(volume.size, [&values](std::size_t at) { return values[at]; });
  return result;
}

void tell(const Scaled& scaled, const std::string& modality, const PrepareOptions& options, std::vector<std::string>& warnings) {
  const std::string ranks = shortest(options.low_percentile) + " and " + shortest(options.high_percentile);
  if (scaled.zero_becomes) {
    warnings.push_back(
        modality + ": its background 0 lies between its other values, as in z-scored images, and becomes " +
        shortest(std::round(100 * *scaled.zero_becomes) / 100) +
        ", as is right where 0 is a measured value; where it is the background, prepare with --z-scored, which makes it "
        "the lowest value");
  }
  if (scaled.constant) {
    warnings.push_back(modality + ": constant between its percentiles " + ranks +
                       (scaled.flat ? "; becomes zero everywhere"
                                    : "; scaled from its smallest value to percentile " + shortest(options.high_percentile) +
                                          " of what is above 0 instead"));
  } else if (scaled.saturated > kManySaturated) {
    warnings.push_back(modality + ": " + std::to_string(std::lround(100 * scaled.saturated)) +
                       " % of its voxels above 0 are not between its percentiles " + ranks +
                       ", so that clipped intensities are flat there; prepare with --percentiles-of foreground");
  }
}

} // namespace

std::vector<image::Size> scale_modalities(PreparedStudy& out, const std::vector<std::optional<image::Grid>>& own_grids,
                                          std::size_t threads) {
  std::vector<Scaled> scaled(out.volumes.size());
  parallel_for(out.volumes.size(), threads,
               [&](std::size_t i) { scaled[i] = scale_one(out.volumes[i], own_grids[i], out.parameters); });
  std::vector<image::Size> margins;
  for (std::size_t i = 0; i < scaled.size(); ++i) {
    tell(scaled[i], out.modalities[i], out.parameters, out.warnings);
    margins.push_back(scaled[i].margin);
  }
  return margins;
}

} // namespace brainmvp::store
