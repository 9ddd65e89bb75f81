// Curves for the charts that the page's script draws.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "report/run_record.h"

namespace brainmvp::report {

// Points of a curve, thinned: each is the mean of `values` over equal parts of the steps; NaN values are left out.
struct Curve {
  std::vector<double> x;
  std::vector<double> y;
};
Curve thinned(const std::vector<double>& steps, const std::vector<double>& values, std::size_t most);

// Exponential moving average over about a fiftieth of the values, corrected for its start; NaN values stay NaN.
std::vector<double> smoothed(const std::vector<double>& values);

// One value of the runs that have it, overlaid; empty without.
std::string chart_of(const std::string& name, const std::string& title, const std::vector<const RunRecord*>& runs,
                     nlohmann::ordered_json& charts);

// A chart a value of the runs of one kind, runs overlaid; appends to `charts` what the script draws. Empty without values.
std::string charts_html(const std::vector<const RunRecord*>& runs, nlohmann::ordered_json& charts);

struct Axes {
  std::string x; // what each shows, with its unit
  std::string y;
};

// The place of a chart; `curves` = [{"label", "colour", "x", "y", "smooth"?, "dash"?, "points"?}].
std::string chart_place(const std::string& title, const Axes& axes, nlohmann::ordered_json curves,
                        nlohmann::ordered_json& charts);

} // namespace brainmvp::report
