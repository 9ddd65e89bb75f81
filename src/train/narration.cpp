#include "train/narration.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/log.h"
#include "base/text.h"

namespace brainmvp::train {
namespace {

constexpr const char* kAdvice = "; try more --steps, or another --learning-rate";

std::string four_digits(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4g", value);
  return text.data();
}

// "validation_dice_WT" -> "dice WT".
std::string readable(std::string name) {
  constexpr std::string_view kPrefix = "validation_";
  name = name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : name;
  std::ranges::replace(name, '_', ' ');
  return name;
}

} // namespace

double followed_value(const Learner::Validation& validation) {
  const auto found = std::ranges::find(validation.values, validation.followed, &NamedValues::value_type::first);
  return found == validation.values.end() ? validation.values.front().second : found->second;
}

std::string validation_line(const Learner::Validation& validation, const RunState& state, std::uint64_t total_steps) {
  std::vector<std::string> values;
  for (const auto& [name, value] : validation.values) {
    values.push_back(readable(name) + " " + four_digits(value));
  }
  std::string line = "step " + std::to_string(state.step) + "/" + std::to_string(total_steps) + ": " + join(values, ", ");
  if (state.best_step == state.step) {
    line += state.validations == 1 ? "; the first" : "; the best so far";
  } else if (state.best_step > 0) {
    line += "; best " + four_digits(state.best_value) + " at step " + std::to_string(state.best_step);
  }
  return line;
}

void tell_best(const RunState& state, std::uint64_t total_steps, const std::filesystem::path& best) {
  if (state.best_step == 0) {
    return;
  }
  log::info("best: " + best.string() + ", step " + std::to_string(state.best_step) + " of " + std::to_string(total_steps) + " (" +
            four_digits(state.best_value) + ")");
  if (state.validations > 1 && state.best_validation == 1) {
    log::warning("the first of " + std::to_string(state.validations) +
                 " validations is the best: nothing was gained after step " + std::to_string(state.best_step) + kAdvice);
  }
  if (!state.flat.empty()) {
    log::warning("at its end the network " + state.flat + kAdvice);
  }
}

} // namespace brainmvp::train
