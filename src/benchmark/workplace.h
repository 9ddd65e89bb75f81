// Where the cells of a benchmark do their work.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "benchmark/plan.h"

namespace brainmvp::benchmark {

// A cell's folder, relative to the benchmark's, in which all commands run: nothing depends on where that lies.
std::filesystem::path folder_of(const std::string& cell);

inline constexpr const char* kResultName = "result.json"; // written when a cell is done, in one step
inline constexpr const char* kFailedName = "failed.txt";
inline constexpr const char* kLogName = "log.txt";

class Workplace {
public:
  // `root`: the benchmark's folder. `abandoned`: whether another process works on the cell now.
  Workplace(std::filesystem::path root, std::filesystem::path program, std::string cell, std::size_t threads,
            std::function<bool()> abandoned);

  // Runs a command of the program; its messages go to the cell's log. Throws Error: kInterrupted, or with the command's exit code
  // and its last line.
  void run(Words words) const;

  // The same of a training, which goes on where an earlier attempt stopped; `run` is its -o, relative to root.
  void train(Words words, const std::filesystem::path& run) const;

  [[nodiscard]] std::filesystem::path path(const std::filesystem::path& relative) const { return root_ / relative; }
  [[nodiscard]] std::filesystem::path own() const { return folder_of(cell_); } // relative to root

private:
  std::filesystem::path root_;
  std::filesystem::path program_;
  std::string cell_;
  std::size_t threads_;
  std::function<bool()> abandoned_;
};

} // namespace brainmvp::benchmark
