#include "study/task.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/text.h"
#include "io/text_file.h"
#include "study/embedded_texts.h"
#include "study/task_file.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kExtension = ".toml";

bool is_task(const EmbeddedText& text) { return text.name != "modalities.toml"; }

std::string stem_of(std::string_view file) { return std::string(file.substr(0, file.size() - kExtension.size())); }

} // namespace

std::vector<std::string> task_names() {
  std::vector<std::string> names;
  for (const EmbeddedText& text : embedded_texts()) {
    if (is_task(text)) {
      names.push_back(stem_of(text.name));
    }
  }
  std::ranges::sort(names);
  return names;
}

Task task(const std::string& name_or_file) {
  for (const EmbeddedText& text : embedded_texts()) {
    if (is_task(text) && stem_of(text.name) == name_or_file) {
      return read_task(name_or_file, text.text, text.name);
    }
  }
  std::error_code error;
  if (!name_or_file.ends_with(kExtension) && !fs::is_regular_file(name_or_file, error)) {
    const std::vector<std::string> names = task_names();
    const std::string nearest = nearest_name(name_or_file, names);
    throw Error(ExitCode::kUsage, "task '" + name_or_file + "' is not known; " +
                                      (nearest.empty() ? "known are " + join(names, ", ") : "did you mean " + nearest + "?") +
                                      " A .toml file can be given too");
  }
  const std::string text = io::read_text_file(name_or_file, io::kLargestConfig, ExitCode::kUsage);
  return read_task(fs::path(name_or_file).stem().string(), text, name_or_file);
}

} // namespace brainmvp::study
