#include "benchmark/run.h"

#include "base/counted.h"
#include "benchmark/estimate.h"
#include "benchmark/option_check.h"
#include "benchmark/outputs.h"
#include "benchmark/runner.h"

namespace brainmvp::benchmark {
namespace {

std::string named(const std::vector<Failure>& failures) {
  std::string text;
  for (const Failure& failure : failures) {
    text += "\n  " + failure.cell + ": " + failure.reason;
  }
  return text;
}

std::string failures_of(const Summary& summary, const std::filesystem::path& folder) {
  if (summary.failed.empty()) {
    return "";
  }
  const std::string rest = summary.not_run.empty() ? "" : "\nnot run, for want of what failed:" + named(summary.not_run);
  return counted(summary.failed.size(), "cell") + " failed; log.txt of each below " + (folder / folder_of("")).string() +
         " says why, and the same command tries again:" + named(summary.failed) + rest;
}

} // namespace

Outcome run_benchmark(const Options& options) {
  const Plan plan = read_plan(options.plan);
  const std::vector<Cell> cells = cells_of(plan, options.places);
  check_folder(options.folder, cells);
  check_options(options.folder, options.program, cells);
  const RunOptions run{.folder = options.folder,
                       .program = options.program,
                       .jobs = options.jobs,
                       .threads = options.threads,
                       .title = plan.title};
  if (options.dry_run) {
    return {.text = dry_run(plan, options.places, cells, run), .failures = ""};
  }
  const Summary summary = run_cells(cells, run);
  const Comparison comparison = write_outputs(options.folder, cells, plan.title);
  return {.text = comparison_text(comparison) + "\n" + std::to_string(summary.done) + " of " + counted(cells.size(), "cell") +
                  " done; " + (options.folder / "results.tsv").string() +
                  " has every patient, results.json the cells, comparison.json these tables, page.html all of it\n",
          .failures = failures_of(summary, options.folder)};
}

} // namespace brainmvp::benchmark
