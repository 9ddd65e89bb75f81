// Outputs that appear whole or not at all: written under a temporary name beside the target, then renamed.
//
//   AtomicFile file("out/t1.nii");
//   write(file.temporary()); file.commit();
#pragma once

#include <filesystem>
#include <string_view>

namespace brainmvp {

// Throws Error(kOutput), with advice to pass --force, when `path` exists and `force` is false.
void refuse_existing(const std::filesystem::path& path, bool force);

// Throws the Error that fits errno after a failed write to `path`: kOutOfResources for ENOSPC, EDQUOT and EFBIG,
// else kOutput; a folder that is missing is named.
[[noreturn]] void throw_write_error(const std::filesystem::path& path, int error_number);

// Creates `path` and its parents. Throws Error(kOutput).
void create_folders(const std::filesystem::path& path);

// Whether a file name is one that the classes below use for what is not complete: ".1f00d5ee.name", where the digits are
// drawn by each process, so that processes of several machines or containers may write to one shared folder.
bool is_temporary(std::string_view name);

// Removes what killed processes left in `folder`. Only for callers who know that no living one writes there. Throws
// Error(kOutput).
void remove_temporaries(const std::filesystem::path& folder);

// A file under construction. Without commit(), the destructor removes it.
class AtomicFile {
public:
  explicit AtomicFile(std::filesystem::path target);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  // Where to write: same folder, same extensions, name with a leading dot.
  [[nodiscard]] const std::filesystem::path& temporary() const noexcept { return temporary_; }

  // Flushes the file to disk and renames it over the target, which is replaced if it exists.
  void commit();

private:
  std::filesystem::path target_;
  std::filesystem::path temporary_;
  bool committed_ = false;
};

// A folder under construction; the same rules. commit() replaces an existing target folder, also when another process has
// just put it there.
class AtomicFolder {
public:
  explicit AtomicFolder(std::filesystem::path target);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& temporary() const noexcept { return temporary_; }
  void commit();

private:
  std::filesystem::path target_;
  std::filesystem::path temporary_;
  bool committed_ = false;
};

// Writes `bytes` to `path` in one step.
void write_file(const std::filesystem::path& path, std::string_view bytes);

} // namespace brainmvp
