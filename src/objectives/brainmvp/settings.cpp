#include "objectives/brainmvp/settings.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "base/text.h"

namespace brainmvp::objectives {
namespace {

const std::array<std::string, 3> kInitNames{"zero", "noise", "mean"}; // in the order of TemplateInit

} // namespace

std::vector<std::string> template_init_names() { return {kInitNames.begin(), kInitNames.end()}; }

TemplateInit template_init(const std::string& name) {
  const auto found = std::ranges::find(kInitNames, name);
  if (found == kInitNames.end()) {
    throw Error(ExitCode::kUsage, unknown_name("template start", name, template_init_names()));
  }
  return static_cast<TemplateInit>(found - kInitNames.begin());
}

std::string template_init_name(TemplateInit init) { return kInitNames.at(static_cast<std::size_t>(init)); }

Phase phase_at(const BrainMvpSettings& settings, std::uint64_t step, std::uint64_t steps) {
  const auto reached = [&](double fraction) {
    return static_cast<double>(step) >= std::round(fraction * static_cast<double>(steps));
  };
  Phase phase{.weights = settings.weights, .cross_modal = reached(settings.cross_modal_from)};
  if (!reached(settings.contrastive_from)) {
    phase.weights.contrastive = 0;
  }
  return phase;
}

} // namespace brainmvp::objectives
