#include "report/run_record.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "report/privacy.h"

namespace brainmvp::report {
namespace fs = std::filesystem;
namespace {

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Training holds a lock on its folder.
bool is_being_written(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    return false;
  }
  const bool locked = ::flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(descriptor);
  return locked;
}

Series& series_named(const std::string& name, RunRecord& run) {
  const auto found = std::ranges::find(run.series, name, &Series::name);
  if (found != run.series.end()) {
    return *found;
  }
  const std::vector<double> absent(run.steps.size() - 1, std::numeric_limits<double>::quiet_NaN());
  return run.series.emplace_back(Series{.name = name, .values = absent});
}

void add_record(const nlohmann::ordered_json& record, RunRecord& run) {
  run.steps.push_back(record["step"].get<double>());
  for (const auto& [name, value] : record.items()) {
    if (name != "step" && (value.is_number() || value.is_null())) {
      series_named(name, run).values.push_back(value.is_null() ? std::nan("") : value.get<double>());
    }
  }
  for (Series& series : run.series) {
    series.values.resize(run.steps.size(), std::numeric_limits<double>::quiet_NaN());
  }
}

void read_metrics(const fs::path& path, RunRecord& run) {
  std::ifstream file(path);
  std::size_t damaged = 0;
  for (std::string line; std::getline(file, line);) {
    const auto record = nlohmann::ordered_json::parse(line, nullptr, false);
    const bool usable = record.is_object() && record.contains("step") && record["step"].is_number();
    if (usable) {
      add_record(record, run);
    }
    damaged += usable ? 0U : 1U;
  }
  if (damaged > 0) {
    run.notes.push_back(std::to_string(damaged) + (damaged == 1 ? " line" : " lines") +
                        " of metrics.jsonl could not be read and " + (damaged == 1 ? "is" : "are") + " left out.");
  }
}

void read_pictures(const fs::path& folder, RunRecord& run) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("events.out.tfevents.")) {
      files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    EventLog log = read_events(file);
    std::ranges::move(log.pictures, std::back_inserter(run.pictures));
    std::ranges::move(log.numbers, std::back_inserter(run.numbers));
    if (!log.damage.empty()) {
      run.notes.push_back("The event file is " + log.damage + ".");
    }
  }
}

RunKind kind_of(const RunRecord& run) {
  const auto in = [&](std::string_view table) { return std::ranges::count(run.config, table, &io::ConfigEntry::table) > 0; };
  if (in("pretrain")) {
    return RunKind::kPretrain;
  }
  return !in("finetune")                           ? RunKind::kOther
         : !run.setting("foreground_rate").empty() ? RunKind::kSegment
         : !run.setting("targets_from").empty()    ? RunKind::kRegress
                                                   : RunKind::kClassify;
}

void read_config(const fs::path& path, RunRecord& run) {
  try {
    run.config = io::read_config_text(text_of(path), path);
  } catch (const Error&) {
    run.notes.emplace_back("config.toml could not be read.");
  }
  for (io::ConfigEntry& entry : run.config) {
    for (io::ConfigValue& value : entry.values) {
      if (auto* text = std::get_if<std::string>(&value)) {
        *text = without_folders(*text);
      }
    }
  }
}

} // namespace

const Series* RunRecord::find(std::string_view wanted) const {
  const auto found = std::ranges::find(series, wanted, &Series::name);
  return found == series.end() ? nullptr : &*found;
}

std::string RunRecord::setting(std::string_view key) const {
  const auto found = std::ranges::find(config, key, &io::ConfigEntry::key);
  return found == config.end() || found->values.empty() ? "" : io::text_of(found->values.front());
}

std::vector<EventPicture> RunRecord::tagged(std::string_view tag) const {
  std::vector<EventPicture> found;
  std::ranges::copy_if(pictures, std::back_inserter(found), [&](const EventPicture& picture) { return picture.tag == tag; });
  std::ranges::stable_sort(found, {}, &EventPicture::step);
  return found;
}

RunRecord read_run(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored) || !fs::exists(folder / "config.toml", ignored)) {
    throw Error(ExitCode::kBadInput, folder.string() + ": expected the folder of a run with its config.toml, found " +
                                         (!fs::exists(folder, ignored)         ? "nothing"
                                          : !fs::is_directory(folder, ignored) ? "a file"
                                                                               : "a folder without it") +
                                         "; name a folder that `brainmvp pretrain` or `brainmvp finetune` wrote");
  }
  RunRecord run;
  run.name = fs::absolute(folder).lexically_normal().filename().string();
  if (run.name.empty()) {
    run.name = fs::absolute(folder).lexically_normal().parent_path().filename().string();
  }
  read_config(folder / "config.toml", run);
  run.kind = kind_of(run);
  run.log = parse_log(text_of(folder / "log.txt"));
  if (is_being_written(folder)) {
    run.log.outcome = Outcome::kRunning;
  }
  read_metrics(folder / "metrics.jsonl", run);
  read_pictures(folder, run);
  return run;
}

std::vector<const RunRecord*> runs_of_kind(const std::vector<RunRecord>& runs, RunKind kind) {
  std::vector<const RunRecord*> found;
  for (const RunRecord& run : runs) {
    if (run.kind == kind) {
      found.push_back(&run);
    }
  }
  return found;
}

} // namespace brainmvp::report
