#include "benchmark/workplace.h"

#include <fstream>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "benchmark/child.h"

namespace brainmvp::benchmark {
namespace fs = std::filesystem;
namespace {

std::string last_line(const fs::path& log) {
  std::ifstream file(log);
  std::string last = "no message";
  for (std::string line; std::getline(file, line);) {
    last = line.empty() ? last : line;
  }
  return last;
}

ExitCode exit_code_of(int code) {
  const bool known =
      code > 0 && (code <= static_cast<int>(ExitCode::kDiverged) || code == static_cast<int>(ExitCode::kInterrupted));
  return known ? static_cast<ExitCode>(code) : ExitCode::kInternal;
}

} // namespace

fs::path folder_of(const std::string& cell) { return fs::path("cells") / cell; }

Workplace::Workplace(fs::path root, fs::path program, std::string cell, std::size_t threads, std::function<bool()> abandoned)
    : root_(std::move(root)), program_(std::move(program)), cell_(std::move(cell)), threads_(threads),
      abandoned_(std::move(abandoned)) {}

void Workplace::run(Words words) const {
  stop_if_interrupted("the benchmark");
  words.insert(words.end(), {"--threads", std::to_string(threads_), "--quiet"});
  const fs::path log = path(own() / kLogName);
  std::ofstream(log, std::ios::app) << "== brainmvp " << join(words, " ") << "\n";
  const int code = run_command({.program = program_, .words = words, .folder = root_, .log = log}, abandoned_);
  stop_if_interrupted("the benchmark");
  if (abandoned_()) {
    throw Error(ExitCode::kInterrupted, "another process has taken this cell up");
  }
  if (code != 0) {
    throw Error(exit_code_of(code), "brainmvp " + words.front() + " ended with " + std::to_string(code) + ": " + last_line(log));
  }
}

void Workplace::train(Words words, const fs::path& run) const {
  if (fs::exists(path(run / "checkpoints" / "last.pt"))) {
    words.emplace_back("--resume");
  } else if (fs::exists(path(run))) {
    words.emplace_back("--force");
  }
  this->run(std::move(words));
}

} // namespace brainmvp::benchmark
