// What a metric is called and which way it is good: a row of each kind of metric.
#pragma once

#include <string_view>

namespace brainmvp::metrics {

enum class Better { kHigher, kLower, kNeither }; // kNeither: it describes a case

struct Metric {
  const char* name;  // in files
  const char* label; // for people
  Better better;
  const char* sentence; // what it is
};

// Of any kind, by its name in files; null for an unknown one.
const Metric* find_metric(std::string_view name);

} // namespace brainmvp::metrics
