#include "report/run_log.h"

#include <initializer_list>

#include "base/exact_number.h"
#include "base/text.h"

namespace brainmvp::report {
namespace {

constexpr std::size_t kTimeLength = 19; // "2026-11-25 17:03:08"

// What stands in `text` between `before` and the nearest `after` behind it; empty when either is missing.
std::string between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t start = text.find(before);
  if (start == std::string_view::npos) {
    return "";
  }
  const std::string_view rest = text.substr(start + before.size());
  const std::size_t end = after.empty() ? rest.size() : rest.find(after);
  return end == std::string_view::npos ? "" : std::string(rest.substr(0, end));
}

// Where the last of the words begins, of those that begin before `end`.
std::size_t last_of(std::string_view text, std::initializer_list<std::string_view> words,
                    std::size_t end = std::string_view::npos) {
  std::size_t last = std::string_view::npos;
  for (const std::string_view word : words) {
    const std::size_t found = text.rfind(word, end);
    last = last == std::string_view::npos || (found != std::string_view::npos && found > last) ? found : last;
  }
  return last;
}

// The line with which a training begins. Folders in it may hold any words, so that the search goes from the end.
void read_start(std::string_view message, RunLog& log) {
  const std::size_t setting = last_of(message, {" steps of ", " step of "});
  const std::string_view tail = setting == std::string_view::npos ? std::string_view{} : message.substr(setting);
  const std::size_t device = tail.rfind(", on ");
  if (device != std::string_view::npos) {
    const std::string_view machine = tail.substr(device);
    log.device = between(machine, ", on ", " in ");
    log.precision = between(machine, " in ", " with ");
    log.threads = between(machine, " with ", " thread");
  }
  const std::size_t studies = last_of(message, {" studies", " study"}, setting);
  const std::size_t on = message.rfind(" on ", studies);
  if (studies != std::string_view::npos && on != std::string_view::npos && on < studies) {
    const std::string_view count = message.substr(on + 4, studies - on - 4); // "5", or "5 simulated"
    log.studies = exact_number<std::uint64_t>(count.substr(0, count.find(' ')));
    log.simulated = count.ends_with(" simulated")
                        ? log.studies
                        : exact_number<std::uint64_t>(between(message.substr(studies), ", ", " simulated"));
    log.validation_studies = exact_number<std::uint64_t>(between(message.substr(studies), " (", " for validation)"));
    log.channels = between(message.substr(studies), ": channels ", "; ");
    log.targets = log.channels.empty() ? "" : between(message.substr(studies), "channels " + log.channels + "; ", "; ");
  }
  log.network = between(message, "ing ", " ");
}

void read_message(std::string_view level, std::string_view message, RunLog& log) {
  log.warnings += level == "warning" ? 1U : 0U;
  if (message.starts_with("pre-training ") || message.starts_with("fine-tuning ")) {
    if (level == "info") {
      read_start(message, log);
      log.outcome = Outcome::kUnknown;
    }
  }
  if (message.starts_with("brainmvp ")) {
    log.version = message.substr(std::string_view("brainmvp ").size());
  } else if (message.starts_with("resumed at step ")) {
    ++log.resumed;
    log.outcome = Outcome::kUnknown;
  } else if (message.starts_with("done: ")) {
    log.outcome = Outcome::kFinished;
  } else if (message.starts_with("stopped as asked")) {
    log.outcome = Outcome::kStopped;
  } else if (level == "error") {
    log.outcome = message.find(" was interrupted; ") != std::string_view::npos ? Outcome::kInterrupted : Outcome::kFailed;
  }
}

bool has_time(std::string_view line) {
  return line.size() > kTimeLength && line[4] == '-' && line[7] == '-' && line[10] == ' ' && line[13] == ':' &&
         line[kTimeLength] == ' ';
}

} // namespace

RunLog parse_log(std::string_view text) {
  RunLog log;
  for (const std::string& line : split(text, "\n")) {
    if (!has_time(line)) {
      continue;
    }
    log.ended = line.substr(0, kTimeLength);
    if (log.started.empty()) {
      log.started = log.ended;
    }
    const std::string_view rest = std::string_view(line).substr(kTimeLength + 1);
    const std::size_t space = rest.find(' ');
    if (space != std::string_view::npos) {
      read_message(rest.substr(0, space), rest.substr(space + 1), log);
    }
  }
  return log;
}

} // namespace brainmvp::report
