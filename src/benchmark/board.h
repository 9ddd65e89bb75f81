// Which cells are open, and whose turn it is, for the threads of one process.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "benchmark/claim.h"
#include "benchmark/runner.h"

namespace brainmvp::benchmark {

// A cell that this process may work on now.
struct Turn {
  const Cell* cell;
  std::unique_ptr<Claim> claim;
};

class Board {
public:
  Board(const std::vector<Cell>& cells, const RunOptions& options);

  // The first cell in order that is ready and free, with the right to work on it. Nothing where none is at this moment.
  std::optional<Turn> next();

  // Whether any cell can still be done, here or elsewhere.
  [[nodiscard]] bool open() const { return open_ > 0; }

  void done(const Cell& cell) { close(cell, State::kDone); }
  void failed(const Cell& cell, const std::string& reason);
  void given_up(const Cell& cell) { states_[cell.name] = State::kOpen; } // another process has it

  [[nodiscard]] const Summary& summary() const { return summary_; }
  [[nodiscard]] std::filesystem::path folder(const Cell& cell) const { return options_.folder / folder_of(cell.name); }

private:
  enum class State { kOpen, kHere, kDone, kFailed };

  void close(const Cell& cell, State state);
  void look(const Cell& cell); // what other processes have made of it
  [[nodiscard]] bool is(const std::string& cell, State state) const { return states_.at(cell) == state; }
  bool is_ready(const Cell& cell);

  const std::vector<Cell>& cells_;
  const RunOptions& options_;
  std::map<std::string, State> states_;
  std::set<std::string> to_retry_; // that failed before this process began
  std::size_t open_;
  Summary summary_;
};

} // namespace brainmvp::benchmark
