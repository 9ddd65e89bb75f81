// A listing of folders and the image files in them, read once before layouts look at it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "study/findings.h"

namespace brainmvp::study {

// Image files and folders are sorted by name. Folders that are named as image files ("x_t1.nii/x_t1.nii", as some mirrors
// have them) are dissolved into their parent.
struct Folder {
  std::filesystem::path path;
  const Folder* parent = nullptr; // nothing for a folder given by the user
  std::vector<std::filesystem::path> images;
  std::vector<std::unique_ptr<Folder>> folders;
  std::vector<std::filesystem::path> dicom; // by their name, or by content where it has no extension but a number

  [[nodiscard]] std::string name() const { return path.filename().string(); }

  // Child folder of this name, ignoring case; null when there is none.
  [[nodiscard]] const Folder* child(std::string_view name) const;

  // DICOM files here and below.
  [[nodiscard]] std::size_t all_dicom_files() const;

  // All image files here and below.
  [[nodiscard]] std::vector<std::filesystem::path> all_images() const;
};

// Lists `roots`. Links are followed, after all real folders; a folder that was read already is skipped, which ends cycles.
// Hidden files, AppleDouble companions, names that are not UTF-8 and stores of brainmvp are skipped with a reason,
// unreadable folders warned of. Throws Error(kNothingFound) for a root that is no folder.
std::vector<std::unique_ptr<Folder>> list_folders(const std::vector<std::filesystem::path>& roots, Findings& findings);

} // namespace brainmvp::study
