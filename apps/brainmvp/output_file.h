// The file that a command writes.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string_view>
#include <vector>

namespace brainmvp::app {

// Before any work: throws Error(kOutput) when `path` is a folder, is an input, exists without --force, or exists with it and
// does not begin with `start`, as what the command writes does ("" for no such check).
void check_output_file(const std::filesystem::path& path, bool force, const std::vector<std::filesystem::path>& inputs,
                       std::string_view start);

// Where the command's words go: stdout, or stderr where the file is stdout itself.
std::ostream& words_beside(const std::filesystem::path& path);

// Writes it in one step, into folders that are made where they are missing.
void write_output_file(const std::filesystem::path& path, std::string_view text);

} // namespace brainmvp::app
