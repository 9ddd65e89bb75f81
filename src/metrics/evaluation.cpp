#include "metrics/evaluation.h"

#include <algorithm>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "image/label_values.h"
#include "image/resample.h"
#include "io/image_file.h"

namespace brainmvp::metrics {
namespace fs = std::filesystem;
namespace {

std::string size_text(const image::Size& size) {
  return std::to_string(size[0]) + " x " + std::to_string(size[1]) + " x " + std::to_string(size[2]);
}

void check_grids(const image::LabelVolume& prediction, const image::LabelVolume& reference, const CasePair& pair) {
  const std::string where = pair.prediction->string() + ": its grid is not that of " + pair.reference.string() + ": ";
  const std::string advice = "; write the prediction on the reference's grid";
  if (prediction.size != reference.size) {
    throw Error(ExitCode::kBadInput,
                where + size_text(prediction.size) + " voxels where " + size_text(reference.size) + " are expected" + advice);
  }
  const double distance_mm = image::corner_distance_mm(prediction.affine, reference.affine, reference.size);
  if (!(distance_mm < image::kSameGridMm)) {
    throw Error(ExitCode::kBadInput, where + "corners lie up to " + shortest(distance_mm) + " mm apart, less than " +
                                         shortest(image::kSameGridMm) + " is expected" + advice);
  }
}

image::LabelVolume read_checked(const fs::path& path, const RegionTable& table) {
  image::LabelVolume volume = io::read_label(path).volume;
  check_declared(volume, table, path);
  return volume;
}

std::vector<CaseRow> evaluate_case(const CasePair& pair, const RegionTable& table, const SegmentationOptions& options) {
  const image::LabelVolume reference = read_checked(pair.reference, table);
  image::LabelVolume prediction;
  if (pair.prediction) {
    prediction = read_checked(*pair.prediction, table);
    check_grids(prediction, reference, pair);
  } else {
    prediction.data.resize(reference.data.size());
  }
  clear_ignored(prediction, reference, table);
  if (!reference.affine.orthogonal()) {
    log::warning(pair.reference.string() + ": sheared grid; distances are taken along its axes as if they were orthogonal");
  }
  std::vector<CaseRow> rows;
  for (const Region& region : table.regions) {
    const MaskPair masks{.size = reference.size,
                         .spacing_mm = reference.affine.spacing_mm(),
                         .prediction = mask_of(prediction, region),
                         .reference = mask_of(reference, region)};
    rows.push_back({.case_name = pair.name,
                    .region = region.name,
                    .missing = !pair.prediction,
                    .metrics = pair.prediction ? compare_masks(masks, options) : missing_prediction(masks, options)});
  }
  return rows;
}

// Names of the regions of the rows, in the order of their first row.
std::vector<std::string> regions_of(std::span<const CaseRow> rows) {
  std::vector<std::string> regions;
  for (const CaseRow& row : rows) {
    if (std::ranges::find(regions, row.region) == regions.end()) {
      regions.push_back(row.region);
    }
  }
  return regions;
}

std::vector<double> values_of(std::span<const CaseRow> rows, const std::string& region, const SegmentationColumn& column) {
  std::vector<double> values;
  for (const CaseRow& row : rows) {
    if (row.region == region) {
      values.push_back(column.value(row.metrics));
    }
  }
  return values;
}

} // namespace

std::vector<Region> find_regions(std::span<const CasePair> cases, std::size_t threads) {
  std::vector<std::vector<int>> found(cases.size());
  parallel_for(cases.size(), threads, [&](std::size_t i) {
    stop_if_interrupted("evaluation");
    found[i] = image::values_of(io::read_label(cases[i].reference).volume);
    if (cases[i].prediction) {
      const std::vector<int> more = image::values_of(io::read_label(*cases[i].prediction).volume);
      found[i].insert(found[i].end(), more.begin(), more.end());
    }
  });
  std::vector<int> values;
  for (const std::vector<int>& some : found) {
    values.insert(values.end(), some.begin(), some.end());
  }
  return regions_of_values(values);
}

std::vector<CaseRow> evaluate_cases(std::span<const CasePair> cases, const RegionTable& table, const EvaluationOptions& options,
                                    const std::function<void()>& done) {
  std::vector<std::vector<CaseRow>> by_case(cases.size());
  parallel_for(cases.size(), options.threads, [&](std::size_t i) {
    stop_if_interrupted("evaluation");
    by_case[i] = with_context("evaluating " + cases[i].name, [&] { return evaluate_case(cases[i], table, options.metrics); });
    done();
  });
  std::vector<CaseRow> rows;
  for (const std::vector<CaseRow>& some : by_case) {
    rows.insert(rows.end(), some.begin(), some.end());
  }
  return rows;
}

std::vector<SummaryRow> summarise_rows(std::span<const CaseRow> rows, const BootstrapOptions& options) {
  std::vector<SummaryRow> summaries;
  for (const std::string& region : regions_of(rows)) {
    for (const SegmentationColumn& column : segmentation_columns()) {
      summaries.push_back({region, column.name, summarise(values_of(rows, region, column), options)});
    }
  }
  return summaries;
}

std::vector<ComparisonRow> compare_rows(std::span<const CaseRow> first, std::span<const CaseRow> second,
                                        const BootstrapOptions& options) {
  const auto same = [](const CaseRow& a, const CaseRow& b) { return a.case_name == b.case_name && a.region == b.region; };
  if (!std::ranges::equal(first, second, same)) {
    throw Error(ExitCode::kInternal, "two sets of rows with other cases or regions cannot be compared");
  }
  std::vector<ComparisonRow> comparisons;
  for (const std::string& region : regions_of(first)) {
    for (const SegmentationColumn& column : segmentation_columns()) {
      comparisons.push_back(
          {region, column.name, compare_paired(values_of(first, region, column), values_of(second, region, column), options)});
    }
  }
  return comparisons;
}

} // namespace brainmvp::metrics
