// The TOML form of a task: data/tasks/*.toml, and users' own.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "study/task.h"

namespace brainmvp::study {

// `source` stands for the text in messages. Throws Error(kUsage) with the line of what is not of this form.
Task read_task(const std::string& name, std::string_view text, const std::filesystem::path& source);

} // namespace brainmvp::study
