// What the tests of training commands share: their metrics, stopping them, and comparing checkpoints.
#pragma once

#include <algorithm>
#include <csignal>
#include <sstream>

#include "support/process.h"
#include "support/support.h"

namespace brainmvp::test {

// Adds those of the default options that `more` does not replace, then `more`.
inline std::vector<std::string> with_options(std::vector<std::string> command,
                                             const std::vector<std::vector<std::string>>& defaults,
                                             const std::vector<std::string>& more) {
  for (const std::vector<std::string>& option : defaults) {
    if (std::ranges::count(more, option.front()) == 0) {
      command.insert(command.end(), option.begin(), option.end());
    }
  }
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

// Metrics without what depends on the machine's mood.
inline std::vector<nlohmann::json> metrics(const std::filesystem::path& run) {
  std::vector<nlohmann::json> lines;
  std::istringstream stream(read_text(run / "metrics.jsonl"));
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(nlohmann::json::parse(line));
    EXPECT_EQ(lines.back().erase("seconds"), 1U);
    EXPECT_EQ(lines.back().erase("data_wait_seconds"), 1U);
  }
  return lines;
}

// Starts a command and sends `signal` to it and what it started, as a terminal does, once `run` has recorded `lines` steps, and
// before SIGKILL also written a checkpoint; gives its exit code, or 128 + signal.
inline int stop_command(const std::vector<std::string>& command, const std::filesystem::path& run, std::size_t lines,
                        int signal) {
  Process process(command);
  (void)process.wait_until(
      [&] {
        const std::string text = read_text(run / "metrics.jsonl");
        return std::ranges::count(text, '\n') >= static_cast<std::ptrdiff_t>(lines) &&
               (signal != SIGKILL || std::filesystem::exists(run / "checkpoints/last.pt"));
      },
      std::chrono::minutes(10));
  process.signal(signal);
  return process.wait().exit_code;
}

// The same for a command of brainmvp.
inline int stop_with_signal(const std::vector<std::string>& arguments, const std::filesystem::path& run, std::size_t lines,
                            int signal) {
  return stop_command(brainmvp_command(arguments), run, lines, signal);
}

inline constexpr const char* kCompareCheckpoints = R"py(
import sys, torch
a, b = (torch.load(p, weights_only=True) for p in sys.argv[1:3])
def compare(x, y, where):
    assert type(x) == type(y), where
    if isinstance(x, dict):
        assert list(x) == list(y), where
        for k in x: compare(x[k], y[k], f"{where}.{k}")
    elif isinstance(x, (list, tuple)):
        assert len(x) == len(y), where
        for i, (p, q) in enumerate(zip(x, y)): compare(p, q, f"{where}[{i}]")
    elif isinstance(x, torch.Tensor):
        assert torch.equal(x, y), where
    else:
        assert x == y, f"{where}: {x} != {y}"
assert list(a) == list(b)
for k in a:
    if k != "config": compare(a[k], b[k], k)
earlier = torch.load(sys.argv[3], weights_only=True)["state_dict"][sys.argv[4]]
assert not torch.equal(a["state_dict"][sys.argv[4]], earlier), "the weights have not moved"
)py";

// All but the configuration equal to the bit, and the tensor `moving` another than in `earlier`.
inline void expect_same_checkpoint(const std::filesystem::path& a, const std::filesystem::path& b,
                                   const std::filesystem::path& earlier, const std::string& moving) {
  const ProcessResult python = run_python(kCompareCheckpoints, {a, b, earlier, moving});
  EXPECT_EQ(python.exit_code, 0) << python.err;
}

} // namespace brainmvp::test
