#include <nlohmann/json.hpp>

#include "benchmark/comparison.h"
#include "metrics/text_table.h"

namespace brainmvp::benchmark {
namespace {

using Json = nlohmann::ordered_json;
using metrics::fixed;

std::string interval_words(const metrics::Interval& interval) {
  return "[" + fixed(interval.low, 3) + ", " + fixed(interval.high, 3) + "]";
}

std::string task_word(const Setting& setting) { return setting.task.empty() ? "all tasks" : setting.task; }

std::string scores_text(const Comparison& comparison) {
  metrics::TextRows rows{{"network", "task", "objective", "labelled", "seeds", "score", "95% interval", "SD of seeds"}};
  for (const Score& one : comparison.scores) {
    rows.push_back({one.setting.backbone, one.setting.task, one.objective, std::to_string(one.setting.labelled),
                    std::to_string(one.seeds), fixed(one.mean, 3), interval_words(one.interval),
                    one.seed_deviation ? fixed(*one.seed_deviation, 3) : "-"});
  }
  return metrics::aligned_table(rows, 3);
}

std::string differences_text(const Comparison& comparison) {
  metrics::TextRows rows{
      {"network", "task", "objective", "labelled", "seeds", "against", "difference", "95% interval", "Holm's p"}};
  for (const Difference& one : comparison.differences) {
    rows.push_back({one.setting.backbone, task_word(one.setting), one.objective, std::to_string(one.setting.labelled),
                    std::to_string(one.seeds), one.reference, fixed(one.mean, 3), interval_words(one.interval),
                    one.setting.task.empty() ? "-" : fixed(one.holm, 3)});
  }
  return rows.size() == 1 ? "" : "\n" + metrics::aligned_table(rows, 3);
}

Json json_of(const Setting& setting, const std::string& objective) {
  return {{"backbone", setting.backbone}, {"task", task_word(setting)}, {"labelled", setting.labelled}, {"objective", objective}};
}

Json json_of(const metrics::Interval& interval) { return {interval.low, interval.high}; }

} // namespace

std::string comparison_text(const Comparison& comparison) { return scores_text(comparison) + differences_text(comparison); }

std::string comparison_json(const Comparison& comparison) {
  Json root{{"scores", Json::array()}, {"differences", Json::array()}, {"ranks", Json::array()}};
  for (const Score& one : comparison.scores) {
    Json row = json_of(one.setting, one.objective);
    row.update({{"metric", one.metric},
                {"seeds", one.seeds},
                {"mean", one.mean},
                {"interval", json_of(one.interval)},
                {"seed_deviation", one.seed_deviation ? Json(*one.seed_deviation) : Json()},
                {"hours", one.hours}});
    root["scores"].push_back(row);
  }
  for (const Difference& one : comparison.differences) {
    Json row = json_of(one.setting, one.objective);
    row.update({{"reference", one.reference},
                {"seeds", one.seeds},
                {"patients", one.patients},
                {"mean", one.mean},
                {"interval", json_of(one.interval)}});
    if (!one.setting.task.empty()) {
      row.update({{"p", one.p}, {"holm", one.holm}});
    }
    root["differences"].push_back(row);
  }
  for (const Rank& one : comparison.ranks) {
    Json row = json_of(one.setting, one.objective);
    row.update({{"rank", one.rank}, {"first", one.first}});
    root["ranks"].push_back(row);
  }
  return root.dump(1) + "\n";
}

} // namespace brainmvp::benchmark
