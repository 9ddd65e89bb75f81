#include "report/names.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace brainmvp::report {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 20> kKnown{{
    {"dice", "Dice"},
    {"hd95_mm", "HD95 (mm)"},
    {"hd_mm", "HD (mm)"},
    {"surface_dice", "Surface Dice"},
    {"prediction_ml", "Predicted (ml)"},
    {"reference_ml", "Reference (ml)"},
    {"volume_difference_ml", "Volume difference (ml)"},
    {"lesion_f1", "Lesion F1"},
    {"auc", "AUC"},
    {"f1", "F1"},
    {"f1_macro", "F1, macro"},
    {"brier", "Brier score"},
    {"loss", "Loss"},
    {"mse_view1", "Distillation: MSE of view 1"},
    {"mse_view2", "Reconstruction: MSE of view 2"},
    {"contrastive", "Contrastive loss"},
    {"validation_loss", "Validation loss"},
    {"validation_dice", "Validation Dice, mean"},
    {"validation_auc", "Validation AUC"},
    {"seconds", "Time of a step (s)"},
}};

} // namespace

std::string name_of_predictions(const std::filesystem::path& source) {
  std::filesystem::path path = source.lexically_normal();
  if (!path.has_filename()) {
    path = path.parent_path();
  }
  if (to_lower(path.stem().string()) == "predictions" && path.has_extension() && path.has_parent_path()) {
    path = path.parent_path();
  }
  return path.filename().string();
}

std::string unused_name(const std::vector<std::string>& candidates, const std::vector<std::string>& taken) {
  const auto free = [&](const std::string& name) { return !name.empty() && std::ranges::count(taken, name) == 0; };
  for (const std::string& candidate : candidates) {
    if (free(candidate)) {
      return candidate;
    }
  }
  for (std::size_t number = 2;; ++number) {
    const std::string name = candidates.back() + " (" + std::to_string(number) + ")";
    if (free(name)) {
      return name;
    }
  }
}

std::string readable_name(const std::string& name) {
  const auto known = std::ranges::find(kKnown, name, &decltype(kKnown)::value_type::first);
  if (known != kKnown.end()) {
    return std::string(known->second);
  }
  static constexpr std::string_view kRegion = "validation_dice_";
  if (name.starts_with(kRegion)) {
    return "Validation Dice, " + name.substr(kRegion.size());
  }
  std::string text = name;
  std::ranges::replace(text, '_', ' ');
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') {
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  }
  return text;
}

} // namespace brainmvp::report
