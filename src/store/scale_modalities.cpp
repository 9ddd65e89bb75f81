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

namespace brainmvp::store {
namespace {

constexpr double kManySaturated = 0.2; // of the voxels above 0
constexpr double kManyZero = 0.1;      // of all
constexpr double kManyBelow = 0.1;     // of those that are not 0

// What one modality's scaling has to say.
struct Scaled {
  image::Size margin{};
  bool constant = false;              // between its percentiles
  bool flat = false;                  // all zeros now
  std::optional<double> zero_becomes; // where 0 is a background between the values of the head
  double saturated = 0;               // share of the voxels above 0 that a reader of clipped values sees at a bound
};

std::vector<float> chosen(std::span<const float> values, std::span<const std::uint8_t> inside, bool positive_only) {
  std::vector<float> kept;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if ((inside.empty() || inside[i] != 0) && (!positive_only || values[i] > 0)) {
      kept.push_back(values[i]);
    }
  }
  return kept;
}

// As in z-scored images of heads without skull, where the background was left at 0.
bool zero_lies_between(std::span<const float> values, std::span<const std::uint8_t> inside) {
  std::size_t all = 0;
  std::size_t zero = 0;
  std::size_t below = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (inside.empty() || inside[i] != 0) {
      ++all;
      zero += values[i] == 0 ? 1U : 0U;
      below += values[i] < 0 ? 1U : 0U;
    }
  }
  return static_cast<double>(zero) > kManyZero * static_cast<double>(all) &&
         static_cast<double>(below) > kManyBelow * static_cast<double>(all - zero);
}

Scaled scale_one(image::Volume& volume, const std::optional<image::Grid>& own, const PrepareOptions& options) {
  std::vector<float>& values = volume.data;
  const std::vector<std::uint8_t> inside = own ? in_field_of_view(image::grid_of(volume), *own) : std::vector<std::uint8_t>();
  const std::array<double, 2> ranks{options.low_percentile, options.high_percentile};
  const bool everything = options.percentiles_of == PercentilesOf::kCrop;
  std::vector<float> part;
  if (!everything || own) {
    part = chosen(values, inside, !everything);
  }
  std::array<float, 2> limits{0, 0};
  if (everything && !own) {
    limits = image::percentiles(values, ranks);
  } else if (!part.empty()) {
    limits = image::percentiles(part, ranks);
  }
  Scaled result;
  std::vector<float> positive = chosen(values, inside, true);
  if (limits[1] <= limits[0]) { // as an angiogram of nothing but vessels
    result.constant = true;
    limits = {std::ranges::min(values), positive.empty() ? 0.0F : image::percentile(positive, options.high_percentile)};
  }
  result.flat = limits[1] <= limits[0];
  const auto beyond = [&](float value) { return value <= limits[0] || value >= limits[1]; };
  if (!positive.empty() && std::ranges::min(values) >= 0) { // otherwise 0 does not part head and background
    result.saturated = static_cast<double>(std::ranges::count_if(positive, beyond)) / static_cast<double>(positive.size());
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
    warnings.push_back(modality + ": its background 0 lies between its other values, as in z-scored images, and becomes " +
                       shortest(std::round(100 * *scaled.zero_becomes) / 100) +
                       "; give the images from before that step, or with a background below the brain");
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
