// Static figures as SVG whose horizontal places are shares of the width: they fit any screen and print without a script.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "metrics/statistics.h"
#include "report/charts.h"

namespace brainmvp::report {

struct Frame {
  std::string title; // plain texts
  std::string axis;  // what the horizontal axis shows, with its unit
};

// A row of a strip plot: the cases as dots, quartiles as a box, and the mean with its interval.
struct StripRow {
  std::string label; // plain text
  std::size_t colour = 0;
  std::vector<double> values;
  double mean = 0;
  metrics::Interval interval;
  std::string outside = {}; // said beside the end of the axis, of cases that have no place on it
};

// The axis covers all values and, when given, `at_least`.
std::string strip_plot(const Frame& frame, const std::vector<StripRow>& rows, std::optional<metrics::Interval> at_least);

// Strips with a value for each case in one order, those of a case joined by lines from row to row.
std::string paired_plot(const Frame& frame, const std::vector<StripRow>& rows, std::optional<metrics::Interval> at_least);

// A row of a plot of differences, with the line of no difference.
struct DifferenceRow {
  std::string label;
  double value = 0;
  metrics::Interval interval;
};
std::string difference_plot(const Frame& frame, const std::vector<DifferenceRow>& rows);

// Points with the line on which both are equal; the two axes cover the same numbers.
struct ScatterPlot {
  std::string title;   // plain texts
  std::string reading; // figures of the points
  Axes axes;
  std::size_t colour = 0;
  std::vector<double> x;
  std::vector<double> y;
};
std::string scatter_plot(const ScatterPlot& plot);

// Marks on an axis from `low` to `high`: steps of 1, 2 or 5 times a power of ten, at most `most` of them.
std::vector<double> axis_marks(double low, double high, std::size_t most);

} // namespace brainmvp::report
