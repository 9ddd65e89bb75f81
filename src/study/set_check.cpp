#include "study/set_check.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"

namespace brainmvp::study {
namespace {

constexpr double kLargestBrainMm3 = 2.2e6;
constexpr double kLeastHeadMm3 = 2.5e6;

using Owners = std::map<std::string, std::vector<const Study*>>;

bool in_several_splits(const std::vector<const Study*>& owners) {
  return std::ranges::any_of(owners, [&owners](const Study* one) { return one->split != owners.front()->split; });
}

std::string leak_text(const std::string& what, const std::vector<const Study*>& owners) {
  std::map<Split, const Study*> examples;
  for (const Study* owner : owners) {
    examples.try_emplace(owner->split, owner);
  }
  std::vector<std::string> parts;
  for (const auto& [split, study] : examples) {
    parts.push_back(split_name(split) + " " + study->id);
  }
  return what + ": " + join(parts, ", ");
}

std::string some_of(const std::vector<std::string>& ids) {
  constexpr std::size_t kMost = 3;
  const std::vector<std::string> few(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(std::min(kMost, ids.size())));
  return std::to_string(ids.size()) + " (" + join(few, ", ") + (ids.size() > kMost ? ", ...)" : ")");
}

} // namespace

std::vector<std::string> leaks(const std::vector<Study>& studies) {
  Owners patients;
  Owners files;
  for (const Study& study : studies) {
    patients[patient_of(study)].push_back(&study);
    for (const std::filesystem::path& image : study.images) {
      files[image.lexically_normal().string()].push_back(&study);
    }
  }
  std::vector<std::string> texts;
  for (const auto& [patient, owners] : patients) {
    if (in_several_splits(owners)) {
      texts.push_back(leak_text(patient, owners));
    }
  }
  for (const auto& [file, owners] : files) {
    const bool told = std::ranges::all_of(owners, [&](const Study* one) { return patient_of(*one) == patient_of(*owners[0]); });
    if (!told && in_several_splits(owners)) {
      texts.push_back(leak_text(std::filesystem::path(file).filename().string(), owners));
    }
  }
  return texts;
}

HeadKind head_kind(const image::Volume& volume) {
  const auto voxels = static_cast<double>(std::ranges::count_if(volume.data, [](float value) { return value != 0; }));
  const double mm3 = voxels * std::abs(volume.affine.determinant());
  if (mm3 > kLeastHeadMm3) {
    return HeadKind::kWhole;
  }
  const bool mostly_zero = 2 * voxels < static_cast<double>(volume.data.size());
  return mostly_zero && mm3 > kLeastBrainMm3 && mm3 < kLargestBrainMm3 ? HeadKind::kStripped : HeadKind::kUnknown;
}

void warn_of_mixed_heads(const std::vector<StudyHead>& heads, Findings& findings) {
  std::vector<std::string> whole;
  std::vector<std::string> stripped;
  for (const StudyHead& head : heads) {
    if (head.kind != HeadKind::kUnknown) {
      (head.kind == HeadKind::kWhole ? whole : stripped).push_back(head.id);
    }
  }
  if (!whole.empty() && !stripped.empty()) {
    findings.warn("whole heads and skull-stripped brains in one set", "",
                  "whole: " + some_of(whole) + "; skull-stripped: " + some_of(stripped) +
                      "; intensities are scaled by each image's own percentiles, so strip all or none");
  }
}

} // namespace brainmvp::study
