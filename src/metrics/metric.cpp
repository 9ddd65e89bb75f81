#include "metrics/metric.h"

#include <algorithm>

#include "metrics/classification.h"
#include "metrics/regression.h"
#include "metrics/segmentation.h"

namespace brainmvp::metrics {
namespace {

template <class Columns>
const Metric* named(const Columns& columns, std::string_view name) {
  const auto found = std::ranges::find_if(columns, [&](const Metric& metric) { return metric.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

} // namespace

const Metric* find_metric(std::string_view name) {
  const Metric* found = named(segmentation_columns(), name);
  found = found != nullptr ? found : named(classification_columns(), name);
  return found != nullptr ? found : named(regression_columns(), name);
}

} // namespace brainmvp::metrics
