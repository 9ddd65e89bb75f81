#include "report/names.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "metrics/metric.h"

namespace brainmvp::report {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kKnown{{
    {"loss", "Loss"},
    {"mse_view1", "Distillation: MSE of view 1"},
    {"mse_view2", "Reconstruction: MSE of view 2"},
    {"contrastive", "Contrastive loss"},
    {"validation_loss", "Validation loss"},
    {"validation_dice", "Validation Dice, mean"},
    {"validation_psnr", "Validation PSNR (dB)"},
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
  if (const metrics::Metric* metric = metrics::find_metric(name)) {
    return metric->label;
  }
  const auto known = std::ranges::find(kKnown, name, &decltype(kKnown)::value_type::first);
  if (known != kKnown.end()) {
    return std::string(known->second);
  }
  static constexpr std::array<std::pair<std::string_view, const char*>, 3> kOfOutput{
      {{"validation_dice_", "Validation Dice, "}, {"validation_mae_", "Validation MAE, "}, {"validation_r_", "Validation r, "}}};
  for (const auto& [start, words] : kOfOutput) {
    if (name.starts_with(start)) {
      return words + name.substr(start.size());
    }
  }
  std::string text = name;
  std::ranges::replace(text, '_', ' ');
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') {
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  }
  return text;
}

} // namespace brainmvp::report
