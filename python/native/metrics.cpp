#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "arrays.h"
#include "base/interrupt.h"
#include "calls.h"
#include "image/label_values.h"
#include "metrics/regions.h"
#include "metrics/segmentation.h"
#include "parts.h"

namespace brainmvp::native {
namespace nb = nanobind;
namespace {

using Row = std::pair<std::string, metrics::SegmentationMetrics>;
using NamedValues = std::vector<std::pair<std::string, std::vector<int>>>;

std::vector<metrics::Region> regions_of(const NamedValues& named, const image::LabelVolume& prediction,
                                        const image::LabelVolume& reference) {
  std::vector<metrics::Region> regions;
  for (const auto& [name, values] : named) {
    regions.push_back({.name = name, .values = values});
  }
  if (!regions.empty()) {
    return regions;
  }
  std::vector<int> values = image::values_of(prediction);
  const std::vector<int> more = image::values_of(reference);
  values.insert(values.end(), more.begin(), more.end());
  return metrics::regions_of_values(values);
}

std::vector<Row> compare(image::LabelVolume prediction, image::LabelVolume reference, const NamedValues& named,
                         std::optional<int> ignore, const metrics::SegmentationOptions& options) {
  metrics::clear_ignored(prediction, reference, {.regions = {}, .declared = {}, .ignore = ignore});
  if (ignore.has_value()) { // a region of a caller may have the value
    std::ranges::replace(reference.data, *ignore, 0);
  }
  std::vector<Row> rows;
  for (const metrics::Region& region : regions_of(named, prediction, reference)) {
    stop_if_interrupted("comparing label maps");
    rows.emplace_back(region.name, metrics::compare_masks({.size = reference.size,
                                                           .spacing_mm = reference.affine.spacing_mm(),
                                                           .prediction = metrics::mask_of(prediction, region),
                                                           .reference = metrics::mask_of(reference, region)},
                                                          options));
  }
  return rows;
}

nb::dict dict_of(const Row& row) {
  const metrics::LesionMetrics& lesions = row.second.lesions;
  nb::dict out;
  out["region"] = row.first;
  for (const metrics::SegmentationColumn& column : metrics::segmentation_columns()) {
    out[column.name] = column.value(row.second);
  }
  out["reference_lesions"] = lesions.reference_lesions;
  out["predicted_lesions"] = lesions.predicted_lesions;
  out["found_lesions"] = lesions.found_lesions;
  out["false_lesions"] = lesions.false_lesions;
  return out;
}

nb::object compare_labels(const Array<std::int32_t>& prediction, const Array<std::int32_t>& reference, const Matrix& affine,
                          const NamedValues& regions, std::optional<int> ignore, double tolerance_mm, double min_iou,
                          double min_volume_mm3) {
  const metrics::SegmentationOptions options{.tolerance_mm = tolerance_mm,
                                             .lesions = {.min_iou = min_iou, .min_volume_mm3 = min_volume_mm3}};
  return call([&] { return compare(volume_of(prediction, affine), volume_of(reference, affine), regions, ignore, options); },
              [](const std::vector<Row>& rows) {
                nb::list out;
                for (const Row& row : rows) {
                  out.append(dict_of(row));
                }
                return out;
              });
}

} // namespace

void bind_metrics(nb::module_& module) {
  module.def("compare_labels", compare_labels, nb::arg("prediction").noconvert(), nb::arg("reference").noconvert(),
             nb::arg("affine").noconvert(), nb::arg("regions"), nb::arg("ignore").none(), nb::arg("tolerance_mm"),
             nb::arg("min_iou"), nb::arg("min_volume_mm3"));
}

} // namespace brainmvp::native
