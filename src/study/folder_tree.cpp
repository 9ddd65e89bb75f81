#include "study/folder_tree.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <deque>
#include <fstream>
#include <set>
#include <span>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "io/dicom.h"
#include "io/image_file.h"
#include "io/image_parts.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

class Lister {
public:
  explicit Lister(Findings& findings) : findings_(findings) {}

  // Null when the folder was listed before.
  std::unique_ptr<Folder> list(const fs::path& path, const Folder* parent);

  void follow_links();

private:
  void fill(Folder& folder);
  void add_entry(Folder& folder, const fs::directory_entry& entry);
  void add_file(Folder& folder, const fs::path& path);
  void add_folder(Folder& folder, const fs::path& path);

  struct Link {
    Folder* parent;
    fs::path path;
  };
  Findings& findings_;
  std::set<std::pair<dev_t, ino_t>> listed_;
  std::deque<Link> links_;
};

// Scanners and archives write names without an extension, or identifiers whose last part looks like one ("1.2.840.113619.2").
// DICOMDIR lists other files and holds no image.
bool name_or_content_is_dicom(const fs::path& path, const std::string& name) {
  if (name.ends_with(".dcm") || name.ends_with(".ima") || name.ends_with(".dicom")) {
    return true;
  }
  const std::string extension = path.extension().string();
  std::error_code error;
  if (name == "dicomdir" || (!extension.empty() && extension.find_first_not_of("0123456789", 1) != std::string::npos) ||
      !fs::is_regular_file(path, error)) {
    return false;
  }
  std::array<char, 132> front{};
  std::ifstream file(path, std::ios::binary);
  return file.read(front.data(), front.size()) && io::is_dicom(std::as_bytes(std::span(front)));
}

std::unique_ptr<Folder> Lister::list(const fs::path& path, const Folder* parent) {
  stop_if_interrupted("listing folders");
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !listed_.emplace(status.st_dev, status.st_ino).second) {
    return nullptr;
  }
  auto folder = std::make_unique<Folder>();
  folder->path = path;
  folder->parent = parent;
  fill(*folder);
  return folder;
}

void Lister::fill(Folder& folder) {
  std::error_code error;
  fs::directory_iterator iterator(folder.path, error);
  if (error) {
    findings_.warn("folders that cannot be read", folder.path.string(), error.message());
    return;
  }
  std::vector<fs::directory_entry> entries;
  for (; iterator != fs::directory_iterator() && !error; iterator.increment(error)) {
    entries.push_back(*iterator);
  }
  if (error) {
    findings_.warn("folders that cannot be read", folder.path.string(), "stopped early: " + error.message());
  }
  std::ranges::sort(entries);
  for (const fs::directory_entry& entry : entries) {
    add_entry(folder, entry);
  }
  std::ranges::sort(folder.images);
}

void Lister::add_entry(Folder& folder, const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  std::error_code error;
  const bool is_folder = entry.is_directory(error);
  if (name.starts_with("._")) {
    findings_.skip(entry.path(), "AppleDouble companions (\"._*\")");
  } else if (name.starts_with(".")) {
    if (io::has_image_extension(entry.path())) {
      findings_.skip(entry.path(), "hidden files");
    }
  } else if (!is_utf8(name)) {
    if (is_folder || io::has_image_extension(entry.path())) {
      findings_.skip(entry.path(), "names that are not UTF-8; rename them");
    }
  } else if (!is_folder) {
    add_file(folder, entry.path());
  } else if (entry.is_symlink(error)) {
    links_.push_back({&folder, entry.path()});
  } else {
    add_folder(folder, entry.path());
  }
}

void Lister::add_file(Folder& folder, const fs::path& path) {
  const std::string name = to_lower(path.filename().string());
  if (name_or_content_is_dicom(path, name)) {
    folder.dicom.push_back(path);
  }
  if (name.ends_with(".csv") || name.ends_with(".tsv")) {
    findings_.tables.push_back(path);
  }
  if (io::has_image_extension(path) && !io::is_data_of_header(path)) {
    folder.images.push_back(path);
  }
}

void Lister::add_folder(Folder& folder, const fs::path& path) {
  std::error_code error;
  if (fs::exists(path / "store.json", error)) {
    findings_.skip(path, "stores of prepared studies");
    return;
  }
  std::unique_ptr<Folder> child = list(path, &folder);
  if (child == nullptr) {
    findings_.skip(path, "folders that were read under another name");
  } else {
    folder.folders.push_back(std::move(child));
  }
}

void Lister::follow_links() {
  while (!links_.empty()) {
    const Link link = links_.front();
    links_.pop_front();
    add_folder(*link.parent, link.path);
    std::ranges::sort(link.parent->folders, {}, [](const auto& child) { return child->path; });
  }
}

// Puts what folders named as image files hold into their parents.
void dissolve_image_folders(Folder& folder) {
  std::vector<std::unique_ptr<Folder>> kept;
  for (auto& child : folder.folders) {
    dissolve_image_folders(*child);
    if (!io::has_image_extension(child->path)) {
      kept.push_back(std::move(child));
      continue;
    }
    folder.images.insert(folder.images.end(), child->images.begin(), child->images.end());
    for (auto& inner : child->folders) {
      inner->parent = &folder;
      kept.push_back(std::move(inner));
    }
  }
  folder.folders = std::move(kept);
}

void append_images(const Folder& folder, std::vector<fs::path>& images) {
  images.insert(images.end(), folder.images.begin(), folder.images.end());
  for (const auto& child : folder.folders) {
    append_images(*child, images);
  }
}

} // namespace

const Folder* Folder::child(std::string_view name) const {
  const std::string wanted = to_lower(name);
  const auto found = std::ranges::find_if(folders, [&](const auto& folder) { return to_lower(folder->name()) == wanted; });
  return found == folders.end() ? nullptr : found->get();
}

std::size_t Folder::all_dicom_files() const {
  std::size_t count = dicom.size();
  for (const auto& child : folders) {
    count += child->all_dicom_files();
  }
  return count;
}

std::vector<fs::path> Folder::all_images() const {
  std::vector<fs::path> files;
  append_images(*this, files);
  return files;
}

std::vector<std::unique_ptr<Folder>> list_folders(const std::vector<fs::path>& roots, Findings& findings) {
  Lister lister(findings);
  std::vector<std::unique_ptr<Folder>> listed;
  for (const fs::path& root : roots) {
    std::error_code error;
    const fs::path path = fs::canonical(root, error);
    if (error || !fs::is_directory(path, error)) {
      throw Error(ExitCode::kNothingFound, root.string() + ": is no folder that can be read; check the name");
    }
    if (auto folder = lister.list(path, nullptr)) {
      listed.push_back(std::move(folder));
    } else {
      findings.skip(path, "folders that were read under another name");
    }
  }
  lister.follow_links();
  for (const auto& folder : listed) {
    dissolve_image_folders(*folder);
  }
  return listed;
}

} // namespace brainmvp::study
