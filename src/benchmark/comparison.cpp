#include "benchmark/comparison.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "benchmark/tests_read.h"
#include "metrics/holm.h"
#include "metrics/paired.h"

namespace brainmvp::benchmark {
namespace {

const std::vector<std::string> kReferences{"scratch", "mae"};
constexpr std::size_t kResamples = 2000;

std::optional<double> deviation(const std::map<Seeds, ByPatient>& runs) {
  std::vector<double> means;
  std::ranges::transform(runs, std::back_inserter(means), [](const auto& run) { return metrics::mean(run.second); });
  const double centre = metrics::mean(means);
  double sum = 0;
  for (const double mean : means) {
    sum += (mean - centre) * (mean - centre);
  }
  return means.size() < 2 ? std::optional<double>() : std::sqrt(sum / static_cast<double>(means.size() - 1));
}

void add_scores(Comparison& comparison, const AllTests& all, const Tests& tests) {
  for (const std::string& objective : all.objectives) {
    if (const auto runs = tests.runs.find(objective); runs != tests.runs.end()) {
      const metrics::Summary summary = metrics::summarise(mean_of(runs->second));
      comparison.scores.push_back({.setting = tests.setting,
                                   .objective = objective,
                                   .metric = tests.metric,
                                   .seeds = runs->second.size(),
                                   .mean = summary.mean,
                                   .interval = summary.mean_interval,
                                   .seed_deviation = deviation(runs->second),
                                   .hours = all.hours.at({tests.setting, objective})});
    }
  }
}

// The differences of each patient, by setting, for the mean over tasks.
using Kept = std::map<Setting, Paired>;

Kept add_differences(Comparison& comparison, const AllTests& all, const std::string& objective, const std::string& reference) {
  Kept kept;
  for (const Tests& tests : all.tests) {
    const auto own = tests.runs.find(objective);
    const auto other = tests.runs.find(reference);
    if (own == tests.runs.end() || other == tests.runs.end()) {
      continue;
    }
    const Paired pairs = paired(own->second, other->second);
    if (pairs.seeds == 0) {
      continue;
    }
    const metrics::Summary summary = metrics::summarise(pairs.differences);
    comparison.differences.push_back({.setting = tests.setting,
                                      .objective = objective,
                                      .reference = reference,
                                      .seeds = pairs.seeds,
                                      .patients = pairs.differences.size(),
                                      .mean = summary.mean,
                                      .interval = summary.mean_interval,
                                      .p = metrics::wilcoxon_signed_rank(pairs.differences, pairs.largest).p,
                                      .holm = 1});
    kept.emplace(tests.setting, pairs);
  }
  return kept;
}

// Each task counts alike, and its patients are drawn for themselves.
void add_mean_over_tasks(Comparison& comparison, const Kept& kept, const std::string& objective, const std::string& reference) {
  std::map<Setting, std::vector<const Paired*>> by_size;
  std::map<std::string, std::set<std::string>> all_tasks; // of each network
  for (const auto& [setting, pairs] : kept) {
    by_size[{setting.backbone, "", setting.labelled}].push_back(&pairs);
    all_tasks[setting.backbone].insert(setting.task);
  }
  for (const auto& [setting, tasks] : by_size) {
    if (tasks.size() < all_tasks[setting.backbone].size()) {
      continue; // a number of labelled patients that some tasks do not have
    }
    const auto count = static_cast<double>(tasks.size());
    Difference mean{.setting = setting, .objective = objective, .reference = reference, .seeds = tasks.front()->seeds};
    for (const Paired* task : tasks) {
      mean.mean += metrics::mean(task->differences) / count;
      mean.patients += task->differences.size();
    }
    mean.interval = metrics::bootstrap_intervals(kResamples, [&](std::size_t number) {
                      double sum = 0;
                      for (std::size_t t = 0; t < tasks.size(); ++t) {
                        const ByPatient& values = tasks[t]->differences;
                        for (const std::size_t i : metrics::resample(values.size(), number, t)) {
                          sum += values[i] / static_cast<double>(values.size()) / count;
                        }
                      }
                      return std::vector<double>{sum};
                    }).front();
    comparison.differences.push_back(mean);
  }
}

void correct_for_number(std::vector<Difference>& differences) {
  std::map<std::pair<std::string, std::string>, std::vector<Difference*>> families;
  for (Difference& one : differences) {
    if (!one.setting.task.empty()) {
      families[{one.setting.task, one.reference}].push_back(&one);
    }
  }
  for (const auto& [family, members] : families) {
    std::vector<double> p;
    std::ranges::transform(members, std::back_inserter(p), [](const Difference* one) { return one->p; });
    const std::vector<double> corrected = metrics::holm(p);
    for (std::size_t i = 0; i < members.size(); ++i) {
      members[i]->holm = corrected[i];
    }
  }
}

double rank_of(const std::vector<double>& values, std::size_t own) {
  const auto better = std::ranges::count_if(values, [&](double value) { return value > values[own]; });
  const auto equal = std::ranges::count(values, values[own]);
  return static_cast<double>(better) + static_cast<double>(equal + 1) / 2;
}

void add_ranks(Comparison& comparison, const AllTests& all, const Tests& tests) {
  std::vector<Rank> ranks;
  std::vector<ByPatient> scores;
  std::vector<double> means;
  for (const std::string& objective : all.objectives) {
    if (const auto runs = tests.runs.find(objective); runs != tests.runs.end()) {
      ranks.push_back({.setting = tests.setting, .objective = objective});
      scores.push_back(mean_of(runs->second));
      means.push_back(metrics::mean(scores.back()));
    }
  }
  for (std::size_t number = 0; number < kResamples; ++number) {
    std::vector<double> drawn(scores.size(), 0);
    for (const std::size_t patient : metrics::resample(tests.patients.size(), number, 0)) {
      for (std::size_t i = 0; i < scores.size(); ++i) {
        drawn[i] += scores[i][patient];
      }
    }
    const double best = std::ranges::max(drawn);
    const auto equal = static_cast<double>(std::ranges::count(drawn, best)); // who share the first place
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      ranks[i].first += drawn[i] == best ? 1 / equal / kResamples : 0;
    }
  }
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    ranks[i].rank = rank_of(means, i);
  }
  comparison.ranks.insert(comparison.ranks.end(), ranks.begin(), ranks.end());
}

} // namespace

Comparison compare_results(const std::filesystem::path& results) {
  const AllTests all = read_tests(results);
  Comparison comparison{.objectives = all.objectives, .scores = {}, .differences = {}, .ranks = {}, .subsets = all.subsets};
  for (const Tests& tests : all.tests) {
    add_scores(comparison, all, tests);
    add_ranks(comparison, all, tests);
  }
  for (const std::string& reference : kReferences) {
    for (const std::string& objective : all.objectives) {
      if (objective != reference) {
        add_mean_over_tasks(comparison, add_differences(comparison, all, objective, reference), objective, reference);
      }
    }
  }
  correct_for_number(comparison.differences);
  return comparison;
}

} // namespace brainmvp::benchmark
