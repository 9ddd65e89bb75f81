#include "train/checkpoint_folder.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/atomic_file.h"
#include "checkpoint/checkpoint.h"
#include "train/checkpoint_names.h"

namespace brainmvp::train {
namespace fs = std::filesystem;
namespace {

constexpr const char* kNumberedPrefix = "step_";

// Zeros in front, so that names sort as numbers do.
std::string numbered_name(std::uint64_t step) {
  const std::string digits = std::to_string(step);
  return kNumberedPrefix + std::string(8 - std::min<std::size_t>(digits.size(), 8), '0') + digits + ".pt";
}

// Checkpoints are replaced by renaming and never written into, so that two may be one file.
void link_or_copy(const fs::path& from, const fs::path& to) {
  AtomicFile file(to);
  std::error_code error;
  fs::create_hard_link(from, file.temporary(), error);
  if (error) {
    fs::copy_file(from, file.temporary(), error);
    if (error) {
      throw_write_error(to, error.value());
    }
  }
  file.commit();
}

} // namespace

bool is_numbered_checkpoint(const std::string& name) {
  const std::size_t digits = std::strlen(kNumberedPrefix);
  const std::size_t end = name.find_first_not_of("0123456789", digits);
  return name.starts_with(kNumberedPrefix) && end != std::string::npos && end >= digits + 8 && name.substr(end) == ".pt";
}

bool is_checkpoint_name(const std::string& name) {
  return name == kLastName || name == kBestName || is_numbered_checkpoint(name);
}

std::vector<fs::path> numbered_checkpoints(const fs::path& folder) {
  std::vector<fs::path> numbered;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (is_numbered_checkpoint(entry.path().filename().string())) {
      numbered.push_back(entry.path());
    }
  }
  std::ranges::sort(numbered);
  return numbered;
}

CheckpointFolder::CheckpointFolder(fs::path folder, std::size_t keep) : folder_(std::move(folder)), keep_(keep) {
  create_folders(folder_);
  remove_temporaries(folder_);
}

void CheckpointFolder::write_last(std::uint64_t step, checkpoint::Value value) {
  writer_.start([this, step, value = std::move(value)] {
    checkpoint::write_pt(last(), value);
    if (keep_ > 0) {
      keep_numbered(step);
    }
  });
}

void CheckpointFolder::write_best(checkpoint::Value value) {
  writer_.start([this, value = std::move(value)] { checkpoint::write_pt(best(), value); });
}

void CheckpointFolder::restore_last(const fs::path& whole) const { link_or_copy(whole, last()); }

void CheckpointFolder::keep_numbered(std::uint64_t step) const {
  link_or_copy(last(), folder_ / numbered_name(step));
  const std::vector<fs::path> numbered = numbered_checkpoints(folder_);
  for (std::size_t i = 0; i + keep_ < numbered.size(); ++i) {
    std::error_code ignored;
    fs::remove(numbered[i], ignored);
  }
}

} // namespace brainmvp::train
