#include <algorithm>
#include <array>

#include "base/text.h"
#include "io/image_file.h"
#include "study/case_draft.h"
#include "study/label_scheme.h"
#include "study/layout_readers.h"
#include "study/study_id.h"

namespace brainmvp::study {
namespace {

constexpr std::array<std::string_view, 4> kOldEndings{"t1", "t1ce", "t2", "flair"};
constexpr std::array<std::string_view, 4> kNewEndings{"t1n", "t1c", "t2w", "t2f"};

bool is_case_file(const std::filesystem::path& file, std::span<const std::string_view> endings) {
  const std::string stem = to_lower(io::image_stem(file));
  const std::size_t at = stem.find_last_of("-_");
  return stem.starts_with("brats") && at != std::string::npos && std::ranges::find(endings, stem.substr(at + 1)) != endings.end();
}

bool any_case_file(const Folder& folder, std::span<const std::string_view> endings) {
  return std::ranges::any_of(folder.images, [&](const auto& file) { return is_case_file(file, endings); });
}

bool in_grade_folder(const Folder& folder) {
  const std::string parent = folder.path.parent_path().filename().string();
  return parent == "HGG" || parent == "LGG";
}

// "BraTS2021_00000" -> "BraTS2021", "BraTS-GLI-00001-000" -> "BraTS-GLI", "BraTS20_Training_001" -> "BraTS2020".
std::string dataset_of(const std::string& id) {
  const std::vector<std::string> parts = split(id, "-_");
  if (parts.size() > 1 && to_lower(parts.front()) == "brats") {
    return parts[0] + "-" + parts[1];
  }
  return parts.front().size() == 7 ? "BraTS20" + parts.front().substr(5) : parts.front();
}

// The TCIA copy of BraTS-Africa has a folder a diagnosis ("95_Glioma", "51_OtherNeoplasms").
std::optional<std::string> africa_class(const Folder& folder) {
  const std::vector<std::string> parts = split(folder.path.parent_path().filename().string(), "_");
  const bool counted = parts.size() == 2 && !parts[0].empty() && parts[0].find_first_not_of("0123456789") == std::string::npos;
  return counted && (parts[1] == "Glioma" || parts[1] == "OtherNeoplasms") ? std::optional(parts[1]) : std::nullopt;
}

std::vector<std::string> schemes_of(const std::string& dataset, bool old_endings) {
  const std::string lower = to_lower(dataset);
  if (!lower.starts_with("brats-")) {
    return old_endings ? std::vector{std::string(kBrats2021)} : std::vector<std::string>{};
  }
  if (old_endings) {
    return {std::string(kBrats2021), std::string(kBrats2023)};
  }
  if (lower == "brats-ped") {
    return {std::string(kBrats2023), std::string(kBratsPed2024)};
  }
  return {std::string(kBrats2023)};
}

void read_brats(const Folder& folder, const ModalityTable& table, const char* layout, bool old_endings, Findings& findings) {
  for (const CaseFiles& one : split_into_cases(folder.images, table, findings)) {
    const std::string id = safe_id(one.prefix.empty() ? folder.name() : one.prefix);
    CaseDraft draft{.id = id, .dataset = dataset_of(id), .layout = layout, .schemes = schemes_of(dataset_of(id), old_endings)};
    draft.class_name = in_grade_folder(folder) ? folder.path.parent_path().filename().string() : africa_class(folder);
    for (const auto& file : one.files) {
      add_file(file, table, draft, findings);
    }
    add_study(std::move(draft), findings);
  }
}

} // namespace

bool detect_brats_underscore(const Folder& folder, const ModalityTable&) { return any_case_file(folder, kOldEndings); }

void read_brats_underscore(const Folder& folder, const ModalityTable& table, Findings& findings) {
  read_brats(folder, table, "brats_underscore", true, findings);
}

bool detect_brats18_grade_dirs(const Folder& folder, const ModalityTable&) {
  return in_grade_folder(folder) && any_case_file(folder, kOldEndings);
}

void read_brats18_grade_dirs(const Folder& folder, const ModalityTable& table, Findings& findings) {
  read_brats(folder, table, "brats18_grade_dirs", true, findings);
}

bool detect_brats_hyphen(const Folder& folder, const ModalityTable&) { return any_case_file(folder, kNewEndings); }

void read_brats_hyphen(const Folder& folder, const ModalityTable& table, Findings& findings) {
  read_brats(folder, table, "brats_hyphen", false, findings);
}

} // namespace brainmvp::study
