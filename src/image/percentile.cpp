#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/error.h"
#include "image/intensity.h"

namespace brainmvp::image {
namespace {

constexpr std::size_t kSample = 4096; // values that are sorted to enclose a rank
constexpr double kDeviations = 5;     // of a rank in the sample; values beyond are found by selection over all
constexpr std::size_t kBlock = 4096;  // values that are looked at together, within the first cache
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Finds the values of rank `first` and of the next one in a single pass, from the few that lie between two bounds.
class Selection {
public:
  Selection(std::span<const float> sorted_sample, double q, std::size_t count) {
    const double rank = q / 100 * static_cast<double>(count - 1);
    first_ = static_cast<std::size_t>(rank);
    fraction_ = rank - static_cast<double>(first_);
    const auto size = static_cast<double>(sorted_sample.size());
    const double share = rank / static_cast<double>(count);
    const double reach = kDeviations * std::sqrt(size * share * (1 - share)) + kDeviations;
    const double below = std::floor(share * size - reach);
    const double above = std::ceil(share * size + reach);
    low_ = below < 0 ? -kInfinity : sorted_sample[static_cast<std::size_t>(below)];
    high_ = above < size ? sorted_sample[static_cast<std::size_t>(above)] : kInfinity;
  }

  void look(std::span<const float> block) {
    const float low = low_;
    const float high = high_;
    std::uint32_t below = 0;
    std::uint32_t to_low = 0;
    std::uint32_t below_high = 0;
    std::uint32_t to_high = 0;
    for (const float value : block) {
      below += value < low ? 1U : 0U;
      to_low += value <= low ? 1U : 0U;
      below_high += value < high ? 1U : 0U;
      to_high += value <= high ? 1U : 0U;
    }
    below_ += below;
    at_low_ += to_low - below;
    at_high_ += high > low ? to_high - below_high : 0; // otherwise they have been counted
    if (below_high <= to_low) {
      return; // nothing between the bounds
    }
    const std::size_t known = between_.size();
    between_.resize(known + block.size());
    float* to = between_.data() + known;
    for (const float value : block) { // without branches, which would be mispredicted
      *to = value;
      to += static_cast<int>(value > low) & static_cast<int>(value < high);
    }
    between_.resize(static_cast<std::size_t>(to - between_.data()));
  }

  // Whether the bounds hold the ranks.
  [[nodiscard]] bool complete() const {
    const std::size_t last = fraction_ == 0 ? first_ : first_ + 1;
    return first_ >= below_ && last < below_ + at_low_ + between_.size() + at_high_;
  }

  [[nodiscard]] float value() {
    const double low = at_rank(first_);
    return static_cast<float>(fraction_ == 0 ? low : low + (static_cast<double>(at_rank(first_ + 1)) - low) * fraction_);
  }

private:
  [[nodiscard]] float at_rank(std::size_t rank) {
    if (rank < below_ + at_low_) {
      return low_;
    }
    const std::size_t index = rank - below_ - at_low_;
    if (index >= between_.size()) {
      return high_;
    }
    const auto place = between_.begin() + static_cast<std::ptrdiff_t>(index);
    std::ranges::nth_element(between_, place);
    return *place;
  }

  std::size_t first_ = 0;
  double fraction_ = 0;
  float low_ = 0;
  float high_ = 0;
  std::size_t below_ = 0;
  std::size_t at_low_ = 0;
  std::size_t at_high_ = 0;
  std::vector<float> between_;
};

float selected_from_all(std::span<const float> values, double q) {
  std::vector<float> sorted(values.begin(), values.end());
  const double rank = q / 100 * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::ptrdiff_t>(rank);
  std::ranges::nth_element(sorted, sorted.begin() + below);
  const double low = sorted[static_cast<std::size_t>(below)];
  const double fraction = rank - static_cast<double>(below);
  if (fraction == 0) {
    return static_cast<float>(low);
  }
  const double high = *std::min_element(sorted.begin() + below + 1, sorted.end());
  return static_cast<float>(low + (high - low) * fraction);
}

std::vector<float> sorted_sample(std::span<const float> values) {
  std::vector<float> sample(kSample);
  for (std::size_t i = 0; i < kSample; ++i) {
    sample[i] = values[i * values.size() / kSample];
  }
  std::ranges::sort(sample);
  return sample;
}

} // namespace

std::array<float, 2> percentiles(std::span<const float> values, std::array<double, 2> q) {
  if (values.empty() || !(q[0] >= 0 && q[0] <= 100 && q[1] >= 0 && q[1] <= 100)) {
    throw Error(ExitCode::kInternal, "percentile: needs values and ranks in [0, 100]");
  }
  if (values.size() < 4 * kSample) {
    return {selected_from_all(values, q[0]), selected_from_all(values, q[1])};
  }
  const std::vector<float> sample = sorted_sample(values);
  std::array<Selection, 2> selections{Selection(sample, q[0], values.size()), Selection(sample, q[1], values.size())};
  for (std::size_t at = 0; at < values.size(); at += kBlock) {
    const std::span<const float> block = values.subspan(at, std::min(kBlock, values.size() - at));
    selections[0].look(block);
    selections[1].look(block);
  }
  return {selections[0].complete() ? selections[0].value() : selected_from_all(values, q[0]),
          selections[1].complete() ? selections[1].value() : selected_from_all(values, q[1])};
}

float percentile(std::span<const float> values, double q) { return percentiles(values, {q, q})[0]; }

} // namespace brainmvp::image
