#include "benchmark/runner.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/atomic_file.h"
#include "base/counted.h"
#include "base/error.h"
#include "base/exact_number.h"
#include "base/fault.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/text.h"
#include "benchmark/board.h"
#include "benchmark/outputs.h"
#include "benchmark/results.h"
#include "io/text_file.h"

namespace brainmvp::benchmark {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kSecondsBetweenOutputs = 60;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Of all attempts at a cell.
void add_seconds(const fs::path& folder, double seconds) {
  write_file(folder / kSecondsName, shortest(seconds_of(folder) + seconds) + "\n");
}

class Runner {
public:
  Runner(const std::vector<Cell>& cells, const RunOptions& options) : cells_(cells), options_(options), board_(cells, options) {}

  // What each thread does.
  void work() {
    std::unique_lock lock(mutex_);
    while (board_.open() && !interrupted()) {
      if (std::optional<Turn> turn = board_.next()) {
        lock.unlock();
        work_on(*turn);
        turn.reset();
        lock.lock();
        changed_.notify_all();
      } else {
        changed_.wait_for(lock, std::chrono::milliseconds(500)); // other processes tell nobody
      }
    }
    changed_.notify_all();
  }

  [[nodiscard]] const Summary& summary() const { return board_.summary(); }

private:
  void work_on(const Turn& turn) {
    const Cell& cell = *turn.cell;
    const fs::path folder = board_.folder(cell);
    const Workplace place(options_.folder, options_.program, cell.name, options_.threads, [&] { return turn.claim->lost(); });
    const Clock::time_point start = Clock::now();
    try {
      log::info("begins " + cell.name);
      fs::remove(folder / kFailedName);
      write_file(folder / kRecipeName, cell.recipe + "\n");
      const std::string result = cell.work(place);
      add_seconds(folder, seconds_since(start));
      write_file(folder / kResultName, result);
      if (cell.tidy) {
        cell.tidy(place);
      }
      end(cell, seconds_since(start));
    } catch (const std::exception& fault) {
      stopped(turn, error_of(fault), seconds_since(start));
    }
  }

  void end(const Cell& cell, double seconds) {
    const std::lock_guard lock(mutex_);
    board_.done(cell);
    log::info(std::to_string(board_.summary().done) + " of " + counted(cells_.size(), "cell") + ": " + cell.name + " done in " +
              human_seconds(seconds));
    if (cell.is_test && seconds_since(written_) > kSecondsBetweenOutputs) {
      write_so_far();
    }
  }

  // The results up to here are for looking at; what cannot be written now is written at the end.
  void write_so_far() {
    try {
      write_outputs(options_.folder, cells_, options_.title);
    } catch (const Error& error) {
      log::warning(error.message() + "; the results are written at the end");
    }
    written_ = Clock::now();
  }

  void stopped(const Turn& turn, const Error& error, double seconds) {
    const std::lock_guard lock(mutex_);
    if (error.code() == ExitCode::kInterrupted) {
      if (!turn.claim->lost()) {
        add_seconds(board_.folder(*turn.cell), seconds);
      }
      board_.given_up(*turn.cell);
      return;
    }
    log::error(turn.cell->name + ": " + error.message());
    write_file(board_.folder(*turn.cell) / kFailedName, error.message());
    board_.failed(*turn.cell, error.message());
  }

  const std::vector<Cell>& cells_;
  const RunOptions& options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Board board_;
  Clock::time_point written_ = Clock::now();
};

} // namespace

void check_folder(const fs::path& folder, const std::vector<Cell>& cells) {
  const fs::path all = folder / folder_of("");
  if (fs::exists(folder) && !fs::exists(all) && !fs::is_empty(folder)) {
    throw Error(ExitCode::kOutput, folder.string() + ": exists and is not the folder of a benchmark; choose another folder");
  }
  for (const Cell& cell : cells) {
    const fs::path recipe = folder / folder_of(cell.name) / kRecipeName;
    if (fs::exists(recipe) && io::read_text_file(recipe, io::kLargestTable) != cell.recipe + "\n") {
      throw Error(ExitCode::kOutput, folder.string() + ": belongs to another plan, whose " + cell.name + " is made otherwise (" +
                                         recipe.string() +
                                         "); choose another folder, or give the plan and options that it was begun with");
    }
  }
}

Summary run_cells(const std::vector<Cell>& cells, const RunOptions& options) {
  create_folders(options.folder / folder_of(""));
  Runner runner(cells, options);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < options.jobs; ++i) {
    threads.emplace_back([&runner] { runner.work(); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  stop_if_interrupted("the benchmark");
  return runner.summary();
}

} // namespace brainmvp::benchmark
