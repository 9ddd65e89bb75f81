#include "report/figures.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "report/html.h"

namespace brainmvp::report {
namespace {

constexpr double kMargin = 2; // percent of the width on either side
constexpr double kRowHeight = 36;
constexpr double kMiddle = kRowHeight / 2;
constexpr std::size_t kMarks = 6;

// Where values lie across the width.
struct Scale {
  double low = 0;
  double high = 1;

  [[nodiscard]] std::string at(double value) const {
    const double share = high > low ? (value - low) / (high - low) : 0.5;
    return shortest(std::round(100 * (kMargin + (100 - 2 * kMargin) * share)) / 100) + "%";
  }
};

Scale scale_of(std::vector<double> values) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  if (values.empty()) {
    return {};
  }
  const auto [low, high] = std::ranges::minmax(values);
  return low == high ? Scale{.low = low - 0.5, .high = high + 0.5} : Scale{.low = low, .high = high};
}

std::string number(double value) { return shortest(std::round(100 * value) / 100); }

std::string line(const std::string& x1, double y1, const std::string& x2, double y2, const std::string& style) {
  return "<line class=\"" + style + "\" x1=\"" + x1 + "\" y1=\"" + number(y1) + "\" x2=\"" + x2 + "\" y2=\"" + number(y2) +
         "\"/>";
}

std::string dot(const std::string& x, double y, double radius, const std::string& style) {
  return "<circle class=\"" + style + "\" cx=\"" + x + "\" cy=\"" + number(y) + "\" r=\"" + number(radius) + "\"/>";
}

// A box between two values; SVG widths cannot be differences of places, so that it is a thick line.
std::string bar(const Scale& scale, double low, double high, const std::string& style) {
  return line(scale.at(low), kMiddle, scale.at(high), kMiddle, style);
}

std::string mark_lines(const Scale& scale) {
  std::string svg;
  for (const double mark : axis_marks(scale.low, scale.high, kMarks)) {
    svg += line(scale.at(mark), 0, scale.at(mark), kRowHeight, "grid");
  }
  return svg;
}

std::string axis(const Scale& scale, const std::string& name) {
  std::string svg = "<svg class=\"axis\" width=\"100%\" height=\"20\" aria-hidden=\"true\">";
  for (const double mark : axis_marks(scale.low, scale.high, kMarks)) {
    svg += "<text x=\"" + scale.at(mark) + "\" y=\"14\">" + significant(mark) + "</text>";
  }
  return svg + "</svg><p class=\"axis-name\">" + escaped(name) + "</p>\n";
}

std::string row(const std::string& label, const std::string& reading, const std::string& content) {
  return "<div class=\"plot-row\"><div class=\"plot-label\"><span>" + escaped(label) + "</span> <span class=\"reading\">" +
         escaped(reading) + "</span></div><svg width=\"100%\" height=\"" + number(kRowHeight) + "\" role=\"img\" aria-label=\"" +
         escaped(label + ": " + reading) + "\">" + content + "</svg></div>\n";
}

std::string figure(const Frame& frame, const std::string& rows, const Scale& scale) {
  return "<figure class=\"plot\"><figcaption>" + escaped(frame.title) + "</figcaption>\n" + rows + axis(scale, frame.axis) +
         "</figure>\n";
}

std::string strip_content(const StripRow& strip, const Scale& scale) {
  const std::string colour = "c" + std::to_string(strip.colour);
  std::vector<double> sorted = strip.values;
  std::string svg = mark_lines(scale);
  if (sorted.size() > 3) {
    svg += bar(scale, metrics::quantile(sorted, 0.25), metrics::quantile(sorted, 0.75), "box " + colour);
  }
  for (std::size_t i = 0; i < strip.values.size(); ++i) {
    static constexpr std::array<double, 5> kSpread{0, 5, -5, 9, -9}; // so that equal values stay apart
    svg += dot(scale.at(strip.values[i]), kMiddle + kSpread[i % kSpread.size()], 3, "case " + colour);
  }
  return svg + bar(scale, strip.interval.low, strip.interval.high, "interval") +
         dot(scale.at(strip.mean), kMiddle, 4.5, "mean " + colour);
}

Scale scale_of_strips(const std::vector<StripRow>& rows, const std::optional<metrics::Interval>& at_least) {
  std::vector<double> all;
  for (const StripRow& strip : rows) {
    all.insert(all.end(), strip.values.begin(), strip.values.end());
  }
  if (at_least) {
    all.insert(all.end(), {at_least->low, at_least->high});
  }
  return scale_of(all);
}

std::string reading_of(const StripRow& strip) {
  const std::string mean = strip.values.empty() ? "" : with_interval(strip.mean, strip.interval);
  return mean + (mean.empty() || strip.outside.empty() ? "" : "; ") + strip.outside;
}

} // namespace

std::vector<double> axis_marks(double low, double high, std::size_t most) {
  if (!(high > low) || most == 0) {
    return {low};
  }
  const double rough = (high - low) / static_cast<double>(most);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    step = factor * power >= rough ? factor * power : step;
  }
  std::vector<double> marks;
  for (double index = std::ceil(low / step - 1e-9); index * step <= high + 1e-9 * step; ++index) {
    marks.push_back(index == 0 ? 0 : index * step);
  }
  return marks;
}

std::string strip_plot(const Frame& frame, const std::vector<StripRow>& rows, std::optional<metrics::Interval> at_least) {
  const Scale scale = scale_of_strips(rows, at_least);
  std::string html;
  for (const StripRow& strip : rows) {
    const std::string content = strip.values.empty() ? mark_lines(scale) : strip_content(strip, scale);
    html += row(strip.label, reading_of(strip), content);
  }
  return figure(frame, html, scale);
}

std::string paired_plot(const Frame& frame, const std::vector<StripRow>& rows, std::optional<metrics::Interval> at_least) {
  constexpr double kPairHeight = 56;
  constexpr double kLabelRoom = 22; // above the points of a row
  const Scale scale = scale_of_strips(rows, at_least);
  const auto height = [](std::size_t i) { return kLabelRoom + 10 + kPairHeight * static_cast<double>(i); };
  std::string lines;
  std::string points;
  std::string labels;
  std::string readings;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const StripRow& strip = rows[i];
    const std::string colour = "c" + std::to_string(strip.colour);
    for (std::size_t j = 0; j < strip.values.size(); ++j) {
      const std::string place = scale.at(strip.values[j]);
      points += dot(place, height(i), 3.5, "case " + colour);
      if (i > 0) {
        lines += line(scale.at(rows[i - 1].values[j]), height(i - 1), place, height(i), "pair");
      }
    }
    points += dot(scale.at(strip.mean), height(i), 5.5, "mean " + colour);
    labels += "<text class=\"halo\" x=\"0\" y=\"" + number(height(i) - 14) + "\">" +
              escaped(strip.label + ": " + reading_of(strip)) + "</text>";
    readings += (i > 0 ? "; " : "") + strip.label + ": " + reading_of(strip);
  }
  const double all = height(rows.size() - 1) + 14;
  std::string grid;
  for (const double mark : axis_marks(scale.low, scale.high, kMarks)) {
    grid += line(scale.at(mark), 0, scale.at(mark), all, "grid");
  }
  return figure(frame,
                "<svg class=\"pairs\" width=\"100%\" height=\"" + number(all) + "\" role=\"img\" aria-label=\"" +
                    escaped(frame.title + ": " + readings) + "\">" + grid + lines + points + labels + "</svg>\n",
                scale);
}

std::string difference_plot(const Frame& frame, const std::vector<DifferenceRow>& rows) {
  std::vector<double> all{0};
  for (const DifferenceRow& difference : rows) {
    all.insert(all.end(), {difference.interval.low, difference.interval.high, difference.value});
  }
  const Scale scale = scale_of(all);
  std::string html;
  for (const DifferenceRow& difference : rows) {
    html += row(difference.label, with_interval(difference.value, difference.interval),
                mark_lines(scale) + line(scale.at(0), 0, scale.at(0), kRowHeight, "zero") +
                    bar(scale, difference.interval.low, difference.interval.high, "interval") +
                    dot(scale.at(difference.value), kMiddle, 5, "mean c0"));
  }
  return figure(frame, html, scale);
}

std::string scatter_plot(const ScatterPlot& plot) {
  constexpr double kHeight = 320;
  std::vector<double> all = plot.x;
  all.insert(all.end(), plot.y.begin(), plot.y.end());
  const Scale tight = scale_of(all);
  const double room = (tight.high - tight.low) / 10; // for the numbers of the axes
  const Scale scale{.low = tight.low - room, .high = tight.high + room};
  const auto down = [&](double value) { // the same shares as across
    return kHeight * (1 - (kMargin + (100 - 2 * kMargin) * (value - scale.low) / (scale.high - scale.low)) / 100);
  };
  std::string svg;
  for (const double mark : axis_marks(scale.low, scale.high, kMarks)) {
    svg += line(scale.at(mark), 0, scale.at(mark), kHeight, "grid") + line("0", down(mark), "100%", down(mark), "grid") +
           "<text x=\"2\" y=\"" + number(down(mark) - 3) + "\">" + significant(mark) + "</text>";
  }
  svg += line(scale.at(scale.low), down(scale.low), scale.at(scale.high), down(scale.high), "zero");
  for (std::size_t i = 0; i < plot.x.size(); ++i) {
    svg += dot(scale.at(plot.x[i]), down(plot.y[i]), 4, "case c" + std::to_string(plot.colour));
  }
  const std::string content =
      "<div class=\"plot-row\"><div class=\"plot-label\"><span>" + escaped(plot.title) + "</span> <span class=\"reading\">" +
      escaped(plot.reading) + "</span></div><svg class=\"scatter\" width=\"100%\" height=\"" + number(kHeight) +
      "\" role=\"img\" aria-label=\"" + escaped(plot.title + ": " + plot.reading) + "\">" + svg + "</svg></div>\n";
  return "<figure class=\"plot\"><p class=\"axis-name upright\">" + escaped(plot.axes.y) + "</p>" + content +
         axis(scale, plot.axes.x) + "</figure>\n";
}

} // namespace brainmvp::report
