#include <algorithm>
#include <map>
#include <vector>

#include "base/text.h"
#include "io/image_file.h"
#include "study/case_draft.h"
#include "study/label_scheme.h"
#include "study/layout_readers.h"
#include "study/study_id.h"

namespace brainmvp::study {
namespace {

constexpr std::string_view kExpert = "_segm";
constexpr std::string_view kAutomatic = "_automated_approx_segm";

using Files = std::vector<std::filesystem::path>;

bool is_upenn_file(const std::filesystem::path& file) { return io::image_stem(file).starts_with("UPENN-GBM-"); }

// "UPENN-GBM-00001_11" of "UPENN-GBM-00001_11_T1".
std::string exam_of(const std::filesystem::path& file) {
  const std::vector<std::string> words = split(io::image_stem(file), "_");
  return words.size() > 1 ? words[0] + "_" + words[1] : words[0];
}

const std::filesystem::path* mask_of(const std::string& exam, std::string_view ending, const Files& masks) {
  const auto found =
      std::ranges::find_if(masks, [&](const auto& file) { return io::image_stem(file) == exam + std::string(ending); });
  return found == masks.end() ? nullptr : &*found;
}

void add_masks(const Folder* folder, Files& masks) {
  if (folder != nullptr) {
    masks.insert(masks.end(), folder->images.begin(), folder->images.end());
  }
}

void add_exam(const std::string& exam, const Files& images, const Files& masks, const ModalityTable& table, Findings& findings) {
  CaseDraft draft{.id = safe_id(exam), .dataset = "UPENN-GBM", .layout = "upenn_gbm", .schemes = {std::string(kBrats2021)}};
  for (const auto& file : images) {
    add_file(file, table, draft, findings);
  }
  draft.labels.clear(); // `masks` has them too
  const auto* const expert = mask_of(exam, kExpert, masks);
  const auto* const automatic = mask_of(exam, kAutomatic, masks);
  if (expert != nullptr) {
    draft.labels.push_back(*expert);
  } else if (automatic != nullptr) {
    draft.labels.push_back(*automatic);
    findings.warn("automatic segmentations, which no expert has corrected, as labels", exam, automatic->filename().string());
  }
  if (automatic != nullptr && draft.labels.front() != *automatic) {
    findings.skip(*automatic, "automatic segmentations where an expert's is there");
  }
  add_study(std::move(draft), findings);
}

} // namespace

bool detect_upenn_gbm(const Folder& folder, const ModalityTable&) {
  const Folder* images = folder.child("images_structural");
  const bool published =
      images != nullptr && !images->folders.empty() && images->folders.front()->name().starts_with("UPENN-GBM-");
  return published || (images != nullptr && std::ranges::any_of(images->images, is_upenn_file)) ||
         std::ranges::any_of(folder.images, is_upenn_file);
}

void read_upenn_gbm(const Folder& folder, const ModalityTable& table, Findings& findings) {
  Files masks = folder.images; // of a flattened set, images and masks together
  add_masks(folder.child("images_segm"), masks);
  add_masks(folder.child("automated_segm"), masks);
  std::map<std::string, Files> exams;
  for (const auto& file : folder.images) {
    exams[exam_of(file)].push_back(file);
  }
  if (const Folder* images = folder.child("images_structural")) {
    for (const auto& file : images->images) {
      exams[exam_of(file)].push_back(file);
    }
    for (const auto& exam : images->folders) { // their folders `old` hold replaced images
      Files& files = exams[exam->name()];
      files.insert(files.end(), exam->images.begin(), exam->images.end());
    }
  }
  for (const auto& [exam, files] : exams) {
    add_exam(exam, files, masks, table, findings);
  }
}

} // namespace brainmvp::study
