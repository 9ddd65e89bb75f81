#include "benchmark/estimate.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "base/temporary_folder.h"
#include "base/text.h"
#include "benchmark/child.h"
#include "benchmark/results.h"
#include "io/text_file.h"
#include "metrics/statistics.h"
#include "metrics/text_table.h"

namespace brainmvp::benchmark {
namespace fs = std::filesystem;
namespace {

// The median of a run's steps, without the first, which is slower. 0 where there are none.
double median_step(const fs::path& metrics_file) {
  if (!fs::exists(metrics_file)) {
    return 0;
  }
  std::vector<double> seconds;
  for (const std::string& line : split(io::read_text_file(metrics_file, io::kLargestTable), "\n")) {
    const auto row = nlohmann::json::parse(line, nullptr, false);
    if (row.is_object() && row.contains("seconds")) {
      seconds.push_back(row["seconds"]);
    }
  }
  return seconds.size() < 2 ? 0 : metrics::median({seconds.begin() + 1, seconds.end()});
}

double bytes_in(const fs::path& folder) {
  std::uintmax_t bytes = 0;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    bytes += entry.is_regular_file() && !entry.is_symlink() ? entry.file_size() : 0;
  }
  return static_cast<double>(bytes);
}

double units_of(const Cell& cell) { return static_cast<double>(std::max<std::uint64_t>(1, cell.units)); }

double seconds_for(const Cell& cell, const Costs& costs, double start_seconds) {
  const auto own = costs.find(cell.group);
  const auto speed = costs.find(cell.trains);
  const double steps = speed == costs.end() ? 0 : static_cast<double>(cell.steps) * speed->second.step_seconds;
  return start_seconds + steps + (own == costs.end() ? 0 : units_of(cell) * own->second.unit_seconds);
}

double seconds_to_start(const RunOptions& options) {
  const TemporaryFolder folder;
  const auto start = std::chrono::steady_clock::now();
  run_command({.program = options.program, .words = {"predict", "--help"}, .folder = folder.path(), .log = folder / "log"},
              [] { return false; });
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string hours_text(double seconds) { return metrics::fixed(seconds / 3600, seconds < 36'000 ? 2 : 1); }
std::string millions_text(double voxels) { return metrics::fixed(voxels / 1e6, 1); }

// A line of the table: the cells of one group.
struct Line {
  std::size_t cells = 0;
  std::size_t done = 0;
  std::uint64_t steps = 0;
  std::uint64_t voxels = 0;
  double seconds = 0; // of those that are left
  double bytes = 0;

  void add(const Line& other) {
    cells += other.cells;
    done += other.done;
    steps += other.steps;
    voxels += other.voxels;
    seconds += other.seconds;
    bytes += other.bytes;
  }

  [[nodiscard]] std::vector<std::string> words(const std::string& name) const {
    return {name,
            std::to_string(cells),
            std::to_string(done),
            std::to_string(steps),
            millions_text(static_cast<double>(voxels)),
            hours_text(seconds),
            human_bytes(static_cast<std::uint64_t>(bytes))};
  }
};

Line line_of(const fs::path& folder, const Cell& cell, const Costs& costs, double start_seconds) {
  const bool is_done = fs::exists(folder / folder_of(cell.name) / kResultName);
  const auto own = costs.find(cell.group);
  return {.cells = 1,
          .done = is_done ? 1U : 0U,
          .steps = cell.steps,
          .voxels = cell.voxels,
          .seconds = is_done ? 0 : seconds_for(cell, costs, start_seconds),
          .bytes = own == costs.end() ? 0 : units_of(cell) * own->second.unit_bytes};
}

} // namespace

Costs costs_of(const fs::path& folder, const std::vector<Cell>& cells, double start_seconds) {
  std::map<std::string, std::vector<double>> steps;
  std::map<std::string, std::vector<Cell>> done;
  for (const Cell& cell : cells) {
    const fs::path own = folder / folder_of(cell.name);
    if (fs::exists(own / kResultName)) {
      done[cell.group].push_back(cell);
      if (const double seconds = median_step(own / "run" / "metrics.jsonl"); seconds > 0) {
        steps[cell.trains].push_back(seconds);
      }
    }
  }
  Costs costs;
  for (const auto& [key, seconds] : steps) {
    costs[key].step_seconds = metrics::mean(seconds);
  }
  for (const auto& [group, members] : done) {
    std::vector<double> unit_seconds;
    std::vector<double> unit_bytes;
    for (const Cell& cell : members) {
      const fs::path own = folder / folder_of(cell.name);
      const double trained = static_cast<double>(cell.steps) * costs[cell.trains].step_seconds;
      unit_seconds.push_back(std::max(0.0, seconds_of(own) - start_seconds - trained) / units_of(cell));
      unit_bytes.push_back(bytes_in(own) / units_of(cell));
    }
    costs[group].unit_seconds = metrics::mean(unit_seconds);
    costs[group].unit_bytes = metrics::mean(unit_bytes);
  }
  return costs;
}

Plan miniature(const Plan& plan) {
  constexpr std::uint64_t kSteps = 4;
  Plan small = plan;
  small.pretraining_studies = std::max<std::uint64_t>(4, plan.pretrain_batch);
  small.pretrain_steps = kSteps;
  small.pretrain_seeds = small.finetune_seeds = 1;
  small.learning_rates = {plan.learning_rates.front()};
  small.encoder_rates = {plan.encoder_rates.front()};
  small.pretrain_options = with_options(small.pretrain_options, {"--checkpoint-every", std::to_string(kSteps)});
  for (Objective& objective : small.objectives) {
    objective.labelled.clear();
  }
  for (Task& task : small.tasks) {
    task.labelled = {std::max<std::uint64_t>(2, std::min(task.batch_size, task.labelled.back()))};
    task.validation = task.test = 2;
    task.steps = kSteps;
    task.options = with_options(task.options, {"--validate-every", std::to_string(kSteps)});
  }
  return small;
}

std::vector<Cell> measuring_cells(const std::vector<Cell>& cells, const Costs& known) {
  std::vector<Cell> chosen;
  std::set<std::string> groups;
  std::set<std::string> names;
  for (auto cell = cells.rbegin(); cell != cells.rend(); ++cell) { // needs stand before
    const bool first = std::ranges::find(cells, cell->group, &Cell::group)->name == cell->name;
    if (names.contains(cell->name) || (first && !known.contains(cell->group))) {
      names.insert(cell->needs.begin(), cell->needs.end());
      chosen.push_back(*cell);
    }
  }
  std::ranges::reverse(chosen);
  return chosen;
}

std::string estimate_text(const fs::path& folder, const std::vector<Cell>& cells, const Costs& costs, double start_seconds,
                          std::size_t jobs) {
  metrics::TextRows rows{{"cells of", "cells", "done", "steps", "million voxels", "hours left", "disk"}};
  std::vector<std::string> order;
  std::map<std::string, Line> lines;
  Line all;
  for (const Cell& cell : cells) {
    const Line line = line_of(folder, cell, costs, start_seconds);
    if (!lines.contains(cell.group)) {
      order.push_back(cell.group);
    }
    lines[cell.group].add(line);
    all.add(line);
  }
  for (const std::string& group : order) {
    rows.push_back(lines[group].words(group));
  }
  rows.push_back(all.words("all"));
  return metrics::aligned_table(rows, 1) + hours_text(all.seconds / static_cast<double>(jobs)) + " hours with " +
         std::to_string(jobs) + (jobs == 1 ? " cell" : " cells") +
         " at a time; weights of trainings whose rates are being chosen come on top of the disk\n";
}

std::string dry_run(const Plan& plan, const Places& places, const std::vector<Cell>& cells, const RunOptions& options) {
  const double start = seconds_to_start(options);
  Costs costs = costs_of(options.folder, cells, start);
  const std::vector<Cell> measuring = measuring_cells(cells_of(miniature(plan), places), costs);
  if (!measuring.empty()) {
    log::info("measures a few steps and patients of each kind of cell that was not done yet");
    const TemporaryFolder temporary;
    RunOptions own = options;
    own.folder = temporary.path();
    own.jobs = 1;
    const Summary summary = run_cells(measuring, own);
    if (!summary.failed.empty()) {
      throw Error(ExitCode::kBadInput,
                  "the measurement failed: " + summary.failed.front().cell + ": " + summary.failed.front().reason);
    }
    costs.merge(costs_of(own.folder, measuring, start));
  }
  return estimate_text(options.folder, cells, costs, start, options.jobs);
}

} // namespace brainmvp::benchmark
