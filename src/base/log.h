// Messages for people, on stderr and, once a run has a folder, in its log.txt.
#pragma once

#include <filesystem>
#include <string>

namespace brainmvp::log {

enum class Level { kDebug, kInfo, kWarning, kError };

// Least level that stderr shows; a log file always gets kDebug and above.
void set_level(Level level);

// Whether stderr shows messages of `level`.
bool shows(Level level);

// Appends all further messages to `path` too, until remove_file(). Throws Error(kOutput) when it cannot be opened.
void add_file(const std::filesystem::path& path);
void remove_file();

void debug(const std::string& message);
void info(const std::string& message);
void warning(const std::string& message);
void error(const std::string& message);

} // namespace brainmvp::log
