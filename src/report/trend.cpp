#include "report/trend.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>

#include "base/text.h"
#include "report/html.h"

namespace brainmvp::report {
namespace {

struct Watched {
  const char* name;
  bool rises; // when the run learns
};

// Values that mean the same in every phase of a schedule, which the sum of the losses does not.
constexpr Watched kOfValidation[]{
    {"validation_psnr_view1", true}, {"validation_psnr_view2", true}, {"validation_dice", true}, {"validation_loss", false}};
constexpr Watched kOfTraining[]{{"mse_view1", false}, {"mse_view2", false}, {"supervised", false}, {"loss", false}};

std::vector<double> finite_values(const RunRecord& run, const char* name) {
  std::vector<double> finite;
  if (const Series* series = run.find(name)) {
    std::ranges::copy_if(series->values, std::back_inserter(finite), [](double value) { return std::isfinite(value); });
  }
  return finite;
}

std::optional<Worsening> of_validation(const Watched& watched, const std::vector<double>& values) {
  const bool worse = watched.rises ? values.back() < values.front() : values.back() > values.front();
  return worse ? std::optional(Worsening{.name = watched.name, .first = values.front(), .last = values.back()}) : std::nullopt;
}

// A rate that is far too high spoils the first tenth too, so that the first step counts by itself. Its batch is one of many.
std::optional<Worsening> of_training(const Watched& watched, const std::vector<double>& values) {
  constexpr double kOtherBatch = 1.25;
  const auto part = static_cast<std::ptrdiff_t>(values.size() / 10);
  const auto mean = [part](auto begin) { return std::accumulate(begin, begin + part, 0.0) / static_cast<double>(part); };
  const double first = mean(values.begin());
  const double last = mean(values.end() - part);
  if (last > first) {
    return Worsening{.name = watched.name, .first = first, .last = last};
  }
  return last > kOtherBatch * values.front()
             ? std::optional(Worsening{.name = watched.name, .first = values.front(), .last = last})
             : std::nullopt;
}

// A sum counts only where its parts are not recorded. `few`: with fewer values chance decides.
template <class Rule>
void add_worsenings(const RunRecord& run, std::span<const Watched> all, std::size_t few, const Rule& rule,
                    std::vector<Worsening>& found) {
  bool has_parts = false;
  for (const Watched& watched : all) {
    const bool is_sum = std::string_view(watched.name).ends_with("loss");
    const std::vector<double> values = finite_values(run, watched.name);
    if (values.size() < few || (is_sum && has_parts)) {
      continue;
    }
    has_parts = true;
    if (const std::optional<Worsening> worse = rule(watched, values)) {
      found.push_back(*worse);
    }
  }
}

} // namespace

std::vector<Worsening> worsenings(const RunRecord& run) {
  constexpr std::size_t kFewValidations = 2, kFewSteps = 20;
  std::vector<Worsening> found;
  add_worsenings(run, kOfValidation, kFewValidations, of_validation, found);
  add_worsenings(run, kOfTraining, kFewSteps, of_training, found);
  return found;
}

std::string worsening_text(const std::vector<Worsening>& found) {
  std::vector<std::string> parts;
  for (const Worsening& one : found) {
    parts.push_back(one.name + " " + significant(one.first, 3) + " -> " + significant(one.last, 3));
  }
  return parts.empty() ? "" : "it ends worse than it began: " + join(parts, ", ");
}

} // namespace brainmvp::report
