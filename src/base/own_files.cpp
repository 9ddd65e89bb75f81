#include "base/own_files.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/output_target.h"
#include "base/text.h"

namespace brainmvp {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMostNamed = 3;

// All of `folder`, relative to it, but folders that hold something. What vanishes meanwhile is passed over.
std::vector<fs::path> entries_below(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    const bool inner = entry->is_directory(ignored) && !entry->is_symlink(ignored) && !fs::is_empty(entry->path(), ignored);
    if (!inner) {
      entries.push_back(entry->path().lexically_relative(folder));
    }
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw_write_error(folder, error.value());
  }
  std::ranges::sort(entries);
  return entries;
}

bool was_made(const fs::path& relative, const OwnFiles& own) {
  return own(relative) || std::ranges::any_of(relative, [](const fs::path& part) { return is_temporary(part.string()); });
}

bool is_at_or_below(const fs::path& path, const fs::path& folder) {
  return std::ranges::mismatch(folder, path).in1 == folder.end();
}

fs::path real_path(const fs::path& path) {
  std::error_code ignored;
  const fs::path real = fs::weakly_canonical(fs::absolute(path, ignored), ignored);
  return real.has_filename() ? real : real.parent_path(); // "a/missing/.." becomes "a/"
}

// As it stands between the quotes of a JSON file.
std::string escaped(const fs::path& path) {
  std::string text;
  for (const char c : path.generic_string()) {
    text += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  }
  return text;
}

// What stands between quotes in a JSON file.
std::unordered_set<std::string> quoted_texts(const std::string& json) {
  std::unordered_set<std::string> texts;
  std::size_t begin = std::string::npos; // of the text that is open
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '\\') {
      ++i;
    } else if (json[i] == '"' && begin == std::string::npos) {
      begin = i + 1;
    } else if (json[i] == '"') {
      texts.insert(json.substr(begin, i - begin));
      begin = std::string::npos;
    }
  }
  return texts;
}

} // namespace

void refuse_foreign_files(const fs::path& folder, const OwnFiles& own) {
  std::error_code ignored;
  if (fs::exists(folder, ignored) && !fs::is_directory(folder, ignored)) {
    throw Error(ExitCode::kOutput, folder.string() + ": exists and is no folder; choose another name");
  }
  std::vector<std::string> names;
  for (const fs::path& entry : entries_below(folder)) {
    if (!was_made(entry, own)) {
      names.push_back(entry.string());
    }
  }
  if (names.empty()) {
    return;
  }
  const std::size_t more = names.size() - std::min(names.size(), kMostNamed);
  names.resize(names.size() - more);
  throw Error(ExitCode::kOutput, folder.string() + ": exists and holds " + join(names, ", ") +
                                     (more > 0 ? " and " + std::to_string(more) + " more" : "") +
                                     ", which this command did not write there; choose another folder, or move them away");
}

void refuse_existing_folder(const fs::path& folder, bool force) {
  refuse_foreign_files(folder, made_files(folder));
  if (!force && !entries_below(folder).empty()) {
    throw Error(ExitCode::kOutput, folder.string() + ": exists already; pass --force to replace it, or choose another name");
  }
}

void remove_own_files(const fs::path& folder, const OwnFiles& own) {
  for (const fs::path& entry : entries_below(folder)) {
    if (!was_made(entry, own)) {
      continue;
    }
    std::error_code error;
    fs::remove(folder / entry, error);
    if (error) {
      throw_write_error(folder / entry, error.value());
    }
    for (fs::path above = entry.parent_path(); !above.empty() && !error; above = above.parent_path()) {
      fs::remove(folder / above, error); // refused while something is in it
    }
  }
}

OwnFiles files_named_in(const fs::path& folder, const std::string& record) {
  std::ifstream stream(folder / record, std::ios::binary);
  if (!stream) {
    return own_nothing;
  }
  return [record, names = quoted_texts({std::istreambuf_iterator<char>(stream), {}})](const fs::path& relative) {
    return relative == record || names.contains(escaped(relative));
  };
}

void write_manifest(const fs::path& folder) {
  std::vector<std::string> files;
  for (const fs::path& entry : entries_below(folder)) {
    files.push_back("\"" + escaped(entry) + "\"");
  }
  write_file(folder / kManifest, "[" + join(files, ",\n") + "]\n");
}

OwnFiles made_files(const fs::path& folder) { return files_named_in(folder, kManifest); }

void refuse_output_above(const fs::path& output, const std::vector<fs::path>& inputs) {
  const fs::path folder = real_path(output_target(output).path);
  const auto refuse = [&](const std::string& what) {
    throw Error(ExitCode::kOutput, output.string() + ": " + what + "; give a folder that is only for these results");
  };
  std::error_code ignored;
  if (is_at_or_below(fs::current_path(ignored), folder)) {
    refuse("is the folder that this command runs in, or above it");
  }
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home != '\0' && is_at_or_below(real_path(home), folder)) {
    refuse("is the home folder, or above it");
  }
  for (const fs::path& input : inputs) {
    if (!input.empty() && is_at_or_below(real_path(input), folder)) {
      refuse("holds the input " + input.string());
    }
  }
}

} // namespace brainmvp
