#include "train/checkpoint_folder.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/atomic_file.h"
#include "checkpoint/checkpoint.h"

namespace brainmvp::train {
namespace fs = std::filesystem;
namespace {

constexpr const char* kNumberedPrefix = "step_";

// Zeros in front, so that names sort as numbers do.
std::string numbered_name(std::uint64_t step) {
  const std::string digits = std::to_string(step);
  return kNumberedPrefix + std::string(8 - std::min<std::size_t>(digits.size(), 8), '0') + digits + ".pt";
}

} // namespace

CheckpointFolder::CheckpointFolder(fs::path folder, std::size_t keep) : folder_(std::move(folder)), keep_(keep) {
  create_folders(folder_);
}

void CheckpointFolder::write_last(std::uint64_t step, const checkpoint::Value& value) {
  checkpoint::write_pt(last(), value);
  if (keep_ > 0) {
    keep_numbered(step);
  }
}

void CheckpointFolder::write_best(const checkpoint::Value& value) { checkpoint::write_pt(best(), value); }

void CheckpointFolder::keep_numbered(std::uint64_t step) {
  const fs::path target = folder_ / numbered_name(step);
  AtomicFile file(target);
  std::error_code error;
  fs::create_hard_link(last(), file.temporary(), error); // last.pt is replaced by renaming, never written into
  if (error) {
    fs::copy_file(last(), file.temporary(), error);
    if (error) {
      throw_write_error(target, error.value());
    }
  }
  file.commit();
  std::vector<fs::path> numbered;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    if (entry.path().filename().string().starts_with(kNumberedPrefix)) {
      numbered.push_back(entry.path());
    }
  }
  std::ranges::sort(numbered);
  for (std::size_t i = 0; i + keep_ < numbered.size(); ++i) {
    fs::remove(numbered[i], error);
  }
}

} // namespace brainmvp::train
