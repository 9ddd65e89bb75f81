#include "benchmark/board.h"

#include <algorithm>

#include "io/text_file.h"

namespace brainmvp::benchmark {
namespace fs = std::filesystem;

Board::Board(const std::vector<Cell>& cells, const RunOptions& options) : cells_(cells), options_(options), open_(cells.size()) {
  for (const Cell& cell : cells_) {
    states_.emplace(cell.name, State::kOpen);
    if (fs::exists(folder(cell) / kFailedName)) {
      to_retry_.insert(cell.name);
    }
  }
  for (const Cell& cell : cells_) {
    look(cell);
  }
}

void Board::close(const Cell& cell, State state) {
  states_[cell.name] = state;
  --open_;
  summary_.done += state == State::kDone ? 1 : 0;
}

void Board::failed(const Cell& cell, const std::string& reason) {
  to_retry_.erase(cell.name);
  summary_.failed.push_back({cell.name, reason});
  close(cell, State::kFailed);
}

void Board::look(const Cell& cell) {
  if (fs::exists(folder(cell) / kResultName)) {
    done(cell);
  } else if (!to_retry_.contains(cell.name) && fs::exists(folder(cell) / kFailedName)) {
    failed(cell, io::read_text_file(folder(cell) / kFailedName, io::kLargestTable));
  }
}

bool Board::is_ready(const Cell& cell) {
  if (!is(cell.name, State::kOpen)) {
    return false;
  }
  const auto broken = std::ranges::find_if(cell.needs, [&](const std::string& need) { return is(need, State::kFailed); });
  if (broken != cell.needs.end()) {
    summary_.not_run.push_back({cell.name, "needs " + *broken});
    close(cell, State::kFailed);
    return false;
  }
  if (!std::ranges::all_of(cell.needs, [&](const std::string& need) { return is(need, State::kDone); })) {
    return false;
  }
  look(cell);
  return is(cell.name, State::kOpen);
}

std::optional<Turn> Board::next() {
  for (const Cell& cell : cells_) {
    if (!is_ready(cell)) {
      continue;
    }
    std::unique_ptr<Claim> claim = Claim::take(folder(cell), options_.patience);
    if (claim == nullptr) {
      continue;
    }
    look(cell); // another process may have ended it between the two
    if (is(cell.name, State::kOpen)) {
      states_[cell.name] = State::kHere;
      return Turn{&cell, std::move(claim)};
    }
  }
  return std::nullopt;
}

} // namespace brainmvp::benchmark
