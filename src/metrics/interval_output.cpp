#include "metrics/interval_output.h"

#include "base/text.h"
#include "metrics/text_table.h"

namespace brainmvp::metrics {

nlohmann::ordered_json interval_json(const Interval& interval) {
  return interval.known ? nlohmann::ordered_json::array({interval.low, interval.high}) : nlohmann::ordered_json();
}

std::vector<std::string> interval_cells(const Interval& interval) {
  return interval.known ? std::vector{shortest(interval.low), shortest(interval.high)} : std::vector<std::string>{"NA", "NA"};
}

std::string interval_text(const Interval& interval, int decimals) {
  return interval.known ? "[" + fixed(interval.low, decimals) + ", " + fixed(interval.high, decimals) + "]" : "";
}

std::string with_interval(double value, const Interval& interval, int decimals) {
  return fixed(value, decimals) + (interval.known ? " " + interval_text(interval, decimals) : "");
}

} // namespace brainmvp::metrics
