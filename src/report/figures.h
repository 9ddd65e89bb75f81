// Static figures as SVG whose horizontal places are shares of the width: they fit any screen and print without a script.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "metrics/statistics.h"

namespace brainmvp::report {

// A row of a strip plot: the cases as dots, quartiles as a box, and the mean with its interval.
struct StripRow {
  std::string label; // plain text
  std::size_t colour = 0;
  std::vector<double> values;
  double mean = 0;
  metrics::Interval interval;
};

// The axis covers all values and, when given, `at_least`.
std::string strip_plot(const std::string& title, const std::vector<StripRow>& rows, std::optional<metrics::Interval> at_least);

// A row of a plot of differences, with the line of no difference.
struct DifferenceRow {
  std::string label;
  double value = 0;
  metrics::Interval interval;
};
std::string difference_plot(const std::string& title, const std::vector<DifferenceRow>& rows);

// Points with the line on which both are equal; the two axes cover the same numbers.
struct ScatterPlot {
  std::string title;   // plain texts
  std::string reading; // figures of the points
  std::size_t colour = 0;
  std::vector<double> x;
  std::vector<double> y;
};
std::string scatter_plot(const ScatterPlot& plot);

// Marks on an axis from `low` to `high`: steps of 1, 2 or 5 times a power of ten, at most `most` of them.
std::vector<double> axis_marks(double low, double high, std::size_t most);

} // namespace brainmvp::report
