// The kinds of thing that `brainmvp inspect` describes, one file each. Each prints to stdout and throws Error(kBadInput) when
// the thing cannot be used.
#pragma once

#include <filesystem>
#include <string>

namespace brainmvp::app {

// A line of what is known, its values below each other.
void print_entry(std::string key, const std::string& value);

// Whether the name (for a checkpoint) or the content (for a folder) says that it is of this kind.
bool inspects_checkpoint(const std::filesystem::path& path);
bool inspects_store(const std::filesystem::path& path);
bool inspects_run(const std::filesystem::path& path);

void inspect_checkpoint(const std::filesystem::path& path);
void inspect_store(const std::filesystem::path& path);
void inspect_run(const std::filesystem::path& path);

// Anything else is an image; its warnings go to the log. `label`: it has to be a label map.
void inspect_image(const std::filesystem::path& path, bool label);

} // namespace brainmvp::app
