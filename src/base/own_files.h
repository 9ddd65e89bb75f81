// What may be replaced: a folder that the program wrote earlier, and in it the files that it wrote.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace brainmvp {

// Whether a file of a folder, by its path relative to the folder, was written by the command. Files under temporary names
// (base/atomic_file.h) always were.
using OwnFiles = std::function<bool(const std::filesystem::path& relative)>;

inline bool own_nothing(const std::filesystem::path& /*relative*/) { return false; }

// Throws Error(kOutput), naming them, when `folder` holds files, links or empty folders that are not `own`, and when it is no
// folder. Nothing to say of one that is not there.
void refuse_foreign_files(const std::filesystem::path& folder, const OwnFiles& own);

// The same of the files that its manifest lists; and advises --force, unless it is given, where there are such.
void refuse_existing_folder(const std::filesystem::path& folder, bool force);

// Removes the files of `folder` that are `own`, and the folders in it that this empties. Throws Error(kOutput).
void remove_own_files(const std::filesystem::path& folder, const OwnFiles& own);

// What a JSON file of `folder` names, in quotes, and that file itself; nothing where it is not there.
OwnFiles files_named_in(const std::filesystem::path& folder, const std::string& record);

// Such a file, hidden, that AtomicFolder puts into each folder: the list of its files.
inline constexpr const char* kManifest = ".brainmvp-files";
void write_manifest(const std::filesystem::path& folder);
OwnFiles made_files(const std::filesystem::path& folder);

// Throws Error(kOutput) when `output` is the folder that the user is in, or the home folder, or holds an input, or is above one
// of these: results would lie among other files, and who replaces the folder would remove them.
void refuse_output_above(const std::filesystem::path& output, const std::vector<std::filesystem::path>& inputs);

} // namespace brainmvp
