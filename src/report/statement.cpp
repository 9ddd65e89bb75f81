#include "report/statement.h"

#include <algorithm>
#include <set>

#include "base/counted.h"
#include "base/text.h"
#include "report/html.h"
#include "report/summary.h"

namespace brainmvp::report {
namespace {

constexpr std::size_t kSmallTest = 30;

// "4 to 6 studies", "6 simulated studies"
std::string studies_text(const std::vector<const RunRecord*>& runs) {
  std::set<std::uint64_t> counts;
  bool all_simulated = true;
  bool any_simulated = false;
  for (const RunRecord* run : runs) {
    if (run->log.studies) {
      counts.insert(*run->log.studies);
      all_simulated = all_simulated && run->log.simulated == run->log.studies;
      any_simulated = any_simulated || run->log.simulated;
    }
  }
  if (counts.empty()) {
    return "";
  }
  const std::string range = *counts.begin() == *counts.rbegin() ? "" : grouped(*counts.begin()) + " to ";
  const std::string noun = all_simulated ? "simulated study" : "study";
  return " on " + range + counted(static_cast<std::size_t>(*counts.rbegin()), noun) +
         (any_simulated && !all_simulated ? ", some of them simulated" : "");
}

std::string trained_text(const std::vector<RunRecord>& runs, RunKind kind, const std::string& one, const std::string& several) {
  const std::vector<const RunRecord*> alike = runs_of_kind(runs, kind);
  return alike.empty() ? "" : counted(alike.size(), one, several) + studies_text(alike);
}

template <class Results>
std::size_t cases_in(const Results& results) {
  return results.table.case_names.size();
}
std::size_t cases_in(const SegmentationResults& results) { return dice_of_cases(results).size(); }

template <class Results>
std::string tested_text(const std::vector<Results>& sets, const std::string& one) {
  if (sets.empty()) {
    return "";
  }
  const bool simulated = std::ranges::all_of(sets, &Results::simulated);
  std::size_t most = 0;
  for (const Results& set : sets) {
    most = std::max(most, cases_in(set));
  }
  return counted(sets.size(), "set", "sets") + " of " + one + " on " +
         (simulated ? counted(most, "simulated patient") : counted(most, "case"));
}

// "a", "a and b", "a, b and c"
std::string listed(std::vector<std::string> parts) {
  std::erase(parts, "");
  if (parts.size() < 2) {
    return parts.empty() ? "" : parts.front();
  }
  const std::string last = parts.back();
  parts.pop_back();
  return join(parts, ", ") + " and " + last;
}

std::string done_text(const std::vector<RunRecord>& runs, const Evaluations& evaluations) {
  const std::string trained =
      listed({trained_text(runs, RunKind::kPretrain, "pre-training", "pre-trainings"),
              trained_text(runs, RunKind::kSegment, "training of a segmentation", "trainings of a segmentation"),
              trained_text(runs, RunKind::kClassify, "training of a classification", "trainings of a classification"),
              trained_text(runs, RunKind::kRegress, "training of a regression", "trainings of a regression"),
              trained_text(runs, RunKind::kOther, "training", "trainings")});
  const std::string tested =
      listed({tested_text(evaluations.segmentations, "segmentations"), tested_text(evaluations.classes, "classifications"),
              tested_text(evaluations.regressions, "regressions")});
  std::string text = trained.empty() ? "" : "This page shows " + trained + ".";
  if (!tested.empty()) {
    text += (text.empty() ? "This page shows a test of " : " Tested were ") + tested + ".";
  } else if (!text.empty()) {
    text += " Nothing was tested on cases that training did not see.";
  }
  return text;
}

void add_comparisons(const std::vector<SetComparison>& all, Statement& statement) {
  for (const SetComparison& one : all) {
    const metrics::Summary& difference = one.paired.difference;
    const std::string reading = with_interval(difference.mean, difference.mean_interval) +
                                (all.size() > 1 ? ", p corrected for " + counted(all.size(), "comparison") + " " : ", p ") +
                                p_value(one.p);
    if (one.verdict == Verdict::kFirst || one.verdict == Verdict::kSecond) {
      const bool first = one.verdict == Verdict::kFirst;
      statement.shown.push_back((first ? one.first : one.second) + " has a better Dice on these cases than " +
                                (first ? one.second : one.first) + ": " + one.first + " \xe2\x88\x92 " + one.second + " = " +
                                reading + ".");
    } else {
      statement.not_shown.push_back(
          "Whether " + one.first + " or " + one.second + " has the better Dice: " +
          (one.verdict == Verdict::kTooFewCases ? "6 cases are the fewest that can show it" : "the difference is " + reading) +
          ".");
    }
  }
}

void add_means(const Evaluations& evaluations, Statement& statement) {
  if (!evaluations.segmentations.empty()) {
    const SegmentationResults& first = evaluations.segmentations.front();
    std::vector<double> dice;
    std::ranges::transform(dice_of_cases(first), std::back_inserter(dice), &std::pair<std::string, double>::second);
    if (!dice.empty()) {
      const metrics::Summary summary = metrics::summarise(dice);
      statement.shown.push_back("Mean Dice of " + first.name + ": " + with_interval(summary.mean, summary.mean_interval) +
                                (summary.mean_interval.known ? ", with its 95% interval over cases" : "") + ".");
    }
  }
  for (const ClassResults& set : evaluations.classes) {
    const double chance = 1 / static_cast<double>(std::max<std::size_t>(1, set.table.classes.size()));
    const auto row = std::ranges::find(set.summary, "balanced_accuracy", &metrics::ClassificationRow::metric);
    if (row == set.summary.end()) {
      continue;
    }
    const bool above = row->interval.known && row->interval.low > chance;
    (above ? statement.shown : statement.not_shown)
        .push_back((above ? "" : "Whether ") + set.name + " classifies better than chance: balanced accuracy " +
                   with_interval(row->value, row->interval) + ", chance " + significant(chance, 3) + ".");
  }
}

// What kind of runs share a seed: a difference may be that of the seed.
void add_seeds(const std::vector<RunRecord>& runs, Statement& statement) {
  std::set<std::string> seeds;
  for (const RunRecord& run : runs) {
    if (const std::string seed = run.setting("seed"); !seed.empty()) {
      seeds.insert(seed);
    }
  }
  if (seeds.size() == 1) {
    statement.not_shown.push_back("How much depends on chance in training: every network was trained once, with random seed " +
                                  *seeds.begin() +
                                  ". A difference is one between these networks; another seed may turn it round.");
  } else if (seeds.size() > 1) {
    statement.not_shown.push_back("The spread between random seeds: sets are compared one by one, though " +
                                  std::to_string(seeds.size()) + " seeds were used.");
  } else {
    statement.not_shown.push_back("How much depends on the random seed of the training, which is not known here.");
  }
}

void add_limits(const Evaluations& evaluations, Statement& statement) {
  std::size_t most = 0;
  bool simulated = false;
  const auto look_at = [&](const auto& sets) {
    for (const auto& set : sets) {
      most = std::max(most, cases_in(set));
      simulated = simulated || set.simulated;
    }
  };
  look_at(evaluations.segmentations);
  look_at(evaluations.classes);
  look_at(evaluations.regressions);
  if (simulated) {
    statement.not_shown.emplace_back("Anything about real patients: the tested ones are simulated.");
  }
  if (most > 0 && most < kSmallTest) {
    statement.not_shown.push_back("Small differences: " + counted(most, "case is", "cases are") + " too few for them.");
  }
}

} // namespace

Statement make_statement(const std::vector<RunRecord>& runs, const Evaluations& evaluations,
                         const std::vector<SetComparison>& comparisons) {
  Statement statement{.done = done_text(runs, evaluations), .shown = {}, .not_shown = {}};
  add_means(evaluations, statement);
  add_comparisons(comparisons, statement);
  add_limits(evaluations, statement);
  add_seeds(runs, statement);
  return statement;
}

} // namespace brainmvp::report
