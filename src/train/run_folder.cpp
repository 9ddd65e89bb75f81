#include "train/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/own_files.h"
#include "train/checkpoint_names.h"

namespace brainmvp::train {
namespace fs = std::filesystem;
namespace {

constexpr const char* kEventPrefix = "events.out.tfevents.";

bool is_event_file(const fs::path& path) { return path.filename().string().starts_with(kEventPrefix); }

// What a run consists of; all that --force may remove.
bool belongs_to_run(const fs::path& relative) {
  const std::string name = relative.filename().string();
  if (relative.parent_path() == "checkpoints") {
    return is_checkpoint_name(name);
  }
  return relative == name && (name == kConfigName || name == kMetricsName || name == kLogName || is_event_file(relative));
}

void remove_earlier_run(const fs::path& folder) {
  remove_own_files(folder, belongs_to_run);
  const fs::path checkpoints = "checkpoints"; // this and templates may be links to another disk
  remove_own_files(folder / checkpoints, [&](const fs::path& relative) { return belongs_to_run(checkpoints / relative); });
  remove_own_files(folder / "templates", made_files(folder / "templates"));
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    entries.push_back(entry.path());
  }
  std::ranges::sort(entries);
  return entries;
}

int lock_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    throw_write_error(folder, errno);
  }
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(descriptor);
    throw Error(ExitCode::kOutput, folder.string() + ": another process is writing this run; wait until it ends or stop it");
  }
  return descriptor;
}

fs::path new_event_name() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return kEventPrefix + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count()) + ".brainmvp";
}

// Length of `content` up to the first line that is incomplete, no JSON, or of a step above `last_step`.
std::size_t kept_length(const std::string& content, std::uint64_t last_step) {
  std::size_t kept = 0;
  for (std::size_t end = content.find('\n'); end != std::string::npos; end = content.find('\n', kept)) {
    const auto line = nlohmann::json::parse(content.begin() + static_cast<std::ptrdiff_t>(kept),
                                            content.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
    if (!line.is_object() || !line.contains("step") || line["step"] > last_step) {
      break;
    }
    kept = end + 1;
  }
  return kept;
}

void cut_metrics(const fs::path& path, std::uint64_t last_step) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    return; // the next record makes it
  }
  const std::string content{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  std::error_code error;
  fs::resize_file(path, kept_length(content, last_step), error);
  if (error) {
    throw_write_error(path, error.value());
  }
}

} // namespace

std::string metrics_line(const StepRecord& record) {
  nlohmann::ordered_json line{{"step", record.step}, {"epoch", record.epoch}};
  for (const auto& [name, value] : record.values) {
    line[name] = value;
  }
  for (const auto& [name, value] : record.timings) {
    line[name] = value;
  }
  return line.dump();
}

bool holds_run(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / kConfigName, ignored) || fs::exists(folder / "checkpoints", ignored);
}

void refuse_existing_run(const fs::path& folder, bool force) {
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(folder, ignored)) || (fs::is_directory(folder, ignored) && fs::is_empty(folder, ignored))) {
    return;
  }
  if (!holds_run(folder)) {
    throw Error(ExitCode::kOutput, folder.string() + ": exists and is no run of brainmvp; choose another name with -o");
  }
  if (!force) {
    throw Error(ExitCode::kOutput, folder.string() + ": holds a run already; pass --resume to go on with it, --force to " +
                                       "replace it, or choose another name with -o");
  }
}

RunFolder RunFolder::create(const fs::path& folder, const std::string& config) {
  create_folders(folder);
  RunFolder run(folder, lock_folder(folder));
  remove_earlier_run(folder);
  write_file(folder / kConfigName, config);
  run.metrics_.emplace(folder / kMetricsName);
  run.events_.emplace(folder / new_event_name());
  return run;
}

RunFolder RunFolder::reopen(const fs::path& folder, std::uint64_t last_step) {
  RunFolder run(folder, lock_folder(folder));
  cut_metrics(folder / kMetricsName, last_step);
  fs::path newest = folder / new_event_name();
  for (const fs::path& entry : entries_of(folder)) {
    if (is_event_file(entry)) {
      cut_event_file(entry, last_step);
      newest = entry;
    }
  }
  run.metrics_.emplace(folder / kMetricsName);
  run.events_.emplace(newest);
  return run;
}

RunFolder::RunFolder(fs::path folder, int lock) : folder_(std::move(folder)), lock_(lock) {}

RunFolder::RunFolder(RunFolder&& other) noexcept
    : folder_(std::move(other.folder_)), lock_(std::exchange(other.lock_, -1)), metrics_(std::move(other.metrics_)),
      events_(std::move(other.events_)) {}

RunFolder::~RunFolder() {
  if (lock_ >= 0) {
    ::close(lock_);
  }
}

void RunFolder::record(const StepRecord& record) {
  metrics_->append(metrics_line(record) + "\n");
  for (const auto& [name, value] : record.values) {
    events_->scalar("train/" + name, record.step, value);
  }
  for (const auto& [name, value] : record.timings) {
    events_->scalar("timings/" + name, record.step, value);
  }
}

void RunFolder::picture(const std::string& tag, std::uint64_t step, const io::Picture& picture) {
  events_->picture(tag, step, picture);
}

void RunFolder::number(const std::string& tag, std::uint64_t step, double value) { events_->scalar(tag, step, value); }

void RunFolder::sync() {
  metrics_->sync();
  events_->sync();
}

} // namespace brainmvp::train
