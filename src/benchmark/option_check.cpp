#include "benchmark/option_check.h"

#include <set>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/temporary_folder.h"
#include "base/text.h"
#include "benchmark/child.h"
#include "benchmark/runner.h"
#include "io/text_file.h"

namespace brainmvp::benchmark {
namespace fs = std::filesystem;
namespace {

std::set<Words> checks_of(const fs::path& folder, const std::vector<Cell>& cells) {
  std::set<Words> checks;
  for (const Cell& cell : cells) {
    if (!cell.check.empty() && !fs::exists(folder / folder_of(cell.name) / kRecipeName)) {
      checks.insert(cell.check);
    }
  }
  return checks;
}

} // namespace

void check_options(const fs::path& folder, const fs::path& program, const std::vector<Cell>& cells) {
  const TemporaryFolder temporary; // without any of the inputs
  for (const Words& words : checks_of(folder, cells)) {
    const fs::path log = temporary / "log";
    const int code =
        run_command({.program = program, .words = words, .folder = temporary.path(), .log = log}, [] { return false; });
    stop_if_interrupted("the check of the plan");
    const std::string message = io::read_text_file(log, io::kLargestTable);
    fs::remove(log);
    if (code == static_cast<int>(ExitCode::kUsage)) {
      throw Error(ExitCode::kUsage,
                  "the plan's options for brainmvp " + words.front() + ": " + message.substr(0, message.find('\n')));
    }
  }
}

} // namespace brainmvp::benchmark
