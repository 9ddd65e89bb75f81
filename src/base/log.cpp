#include "base/log.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/terminal.h"

namespace brainmvp::log {
namespace {

constexpr const char* kWarning = "warning: ";
constexpr const char* kError = "error: ";

// "warning:" in yellow and "error:" in red where the terminal has colours.
std::string with_colour(std::string text) {
  for (const auto& [word, colour] : {std::pair(kWarning, terminal::Colour::kYellow), std::pair(kError, terminal::Colour::kRed)}) {
    if (text.starts_with(word)) {
      const std::size_t length = std::string_view(word).size() - 1;
      return terminal::coloured(text.substr(0, length), colour) + text.substr(length);
    }
  }
  return text;
}

class StderrSink : public spdlog::sinks::base_sink<std::mutex> {
protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    terminal::write(with_colour(std::string(message.payload.data(), message.payload.size())) + "\n");
  }
  void flush_() override {}
};

spdlog::logger& logger() {
  static const auto instance = [] {
    auto sink = std::make_shared<StderrSink>();
    auto created = std::make_shared<spdlog::logger>("brainmvp", sink);
    created->set_level(spdlog::level::debug);
    sink->set_level(spdlog::level::info);
    return created;
  }();
  return *instance;
}

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
  case Level::kDebug:
    return spdlog::level::debug;
  case Level::kInfo:
    return spdlog::level::info;
  case Level::kWarning:
    return spdlog::level::warn;
  case Level::kError:
    break;
  }
  return spdlog::level::err;
}

} // namespace

void set_level(Level level) { logger().sinks().front()->set_level(spdlog_level(level)); }

bool shows(Level level) { return logger().sinks().front()->should_log(spdlog_level(level)); }

void add_file(const std::filesystem::path& path) {
  remove_file();
  try {
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path.string());
    sink->set_pattern("%Y-%m-%d %H:%M:%S %l %v");
    logger().sinks().push_back(sink);
    logger().flush_on(spdlog::level::info);
  } catch (const spdlog::spdlog_ex&) {
    throw Error(ExitCode::kOutput,
                path.string() + ": cannot be opened for writing; check that its folder exists and is writable");
  }
}

void remove_file() { logger().sinks().resize(1); }

void debug(const std::string& message) { logger().debug("{}", message); }
void info(const std::string& message) { logger().info("{}", message); }
void warning(const std::string& message) { logger().warn("{}{}", kWarning, message); }
void error(const std::string& message) { logger().error("{}{}", kError, message); }

} // namespace brainmvp::log
