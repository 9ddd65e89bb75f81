#include "report/charts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "report/html.h"
#include "report/names.h"

namespace brainmvp::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kPoints = 400;
constexpr std::size_t kFewPoints = 60; // are drawn one by one, unsmoothed
constexpr double kSmoothedShare = 50;
constexpr std::array<std::string_view, 2> kNotDrawn{"epoch", "data_wait_seconds"};

// Five digits are more than a screen shows.
Json numbers(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) {
    const double scale = value == 0 || !std::isfinite(value) ? 1 : std::pow(10, 4 - std::floor(std::log10(std::abs(value))));
    const double rounded = std::round(value * scale) / scale;
    list.push_back(std::isfinite(rounded) ? rounded : value);
  }
  return list;
}

Json curve_of(const RunRecord& run, const Series& series, std::size_t colour) {
  const Curve raw = thinned(run.steps, series.values, kPoints);
  Json curve{{"label", run.name}, {"colour", colour}, {"x", raw.x}, {"y", numbers(raw.y)}};
  if (raw.x.size() <= kFewPoints) {
    curve["points"] = true;
  } else if (series.name != "learning_rate") {
    curve["smooth"] = numbers(thinned(run.steps, smoothed(series.values), kPoints).y);
  }
  return curve;
}

std::vector<std::string> names_of(const std::vector<const RunRecord*>& runs) {
  std::vector<std::string> names;
  for (const RunRecord* run : runs) {
    for (const Series& series : run->series) {
      if (std::ranges::count(names, series.name) == 0 && std::ranges::count(kNotDrawn, series.name) == 0) {
        names.push_back(series.name);
      }
    }
  }
  return names;
}

} // namespace

Curve thinned(const std::vector<double>& steps, const std::vector<double>& values, std::size_t most) {
  std::vector<std::size_t> used;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) {
      used.push_back(i);
    }
  }
  Curve curve;
  const std::size_t parts = std::min(most, used.size());
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t begin = part * used.size() / parts;
    const std::size_t end = (part + 1) * used.size() / parts;
    double sum = 0;
    for (std::size_t i = begin; i < end; ++i) {
      sum += values[used[i]];
    }
    curve.x.push_back(steps[used[end - 1]]);
    curve.y.push_back(sum / static_cast<double>(end - begin));
  }
  return curve;
}

std::vector<double> smoothed(const std::vector<double>& values) {
  const double keep = 1 - 1 / std::max(1.0, static_cast<double>(values.size()) / kSmoothedShare);
  std::vector<double> result;
  double mean = 0;
  double weight = 0;
  for (const double value : values) {
    if (std::isfinite(value)) {
      mean = keep * mean + (1 - keep) * value;
      weight = keep * weight + (1 - keep);
    }
    result.push_back(std::isfinite(value) ? mean / weight : std::numeric_limits<double>::quiet_NaN());
  }
  return result;
}

std::string chart_place(const std::string& title, const Axes& axes, Json curves, Json& charts) {
  const std::string id = "chart-" + std::to_string(charts.size());
  charts.push_back({{"id", id}, {"title", title}, {"x", axes.x}, {"y", axes.y}, {"curves", std::move(curves)}});
  return "<figure class=\"chart\"><figcaption>" + escaped(title) + "</figcaption><div id=\"" + id +
         "\" class=\"chart-area\" role=\"img\" aria-label=\"" + escaped(title + ": " + axes.y + " by " + axes.x) +
         "\"></div></figure>\n";
}

std::string chart_of(const std::string& name, const std::string& title, const std::vector<const RunRecord*>& runs, Json& charts) {
  Json curves = Json::array();
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const Series* series = runs[i]->find(name);
    if (series != nullptr && std::ranges::any_of(series->values, [](double value) { return std::isfinite(value); })) {
      curves.push_back(curve_of(*runs[i], *series, i));
    }
  }
  return curves.empty() ? "" : chart_place(title, {.x = "step", .y = readable_name(name)}, std::move(curves), charts);
}

std::string charts_html(const std::vector<const RunRecord*>& runs, Json& charts) {
  std::string html;
  for (const std::string& name : names_of(runs)) {
    html += chart_of(name, readable_name(name), runs, charts);
  }
  return html.empty() ? "" : "<div class=\"charts\">\n" + html + "</div>\n";
}

} // namespace brainmvp::report
