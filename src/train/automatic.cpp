#include "train/automatic.h"

#include <algorithm>
#include <array>

#include "base/counted.h"
#include "base/machine.h"
#include "base/text.h"

namespace brainmvp::train {

StoreFacts facts_of(const store::Store& store, const std::vector<std::size_t>& training) {
  StoreFacts facts{.studies = training.size(), .spacing_mm = store.parameters().spacing_mm};
  for (std::size_t axis = 0; axis < 3 && !training.empty(); ++axis) {
    std::vector<std::size_t> sides;
    for (const std::size_t position : training) {
      sides.push_back(store.studies()[position].size()[axis]);
    }
    std::ranges::sort(sides);
    facts.typical[axis] = sides[sides.size() / 2];
    facts.largest[axis] = sides.back();
  }
  return facts;
}

Machine this_machine(bool gpu) { return {.gpu = gpu, .memory_bytes = available_memory()}; }

std::string size_text(const image::Size& size) {
  return std::to_string(size[0]) + " x " + std::to_string(size[1]) + " x " + std::to_string(size[2]);
}

std::string facts_text(const StoreFacts& facts, const Machine& machine) {
  return counted(facts.studies, "study") + " of about " + size_text(facts.typical) + " voxels of " + shortest(facts.spacing_mm) +
         " mm, " + (machine.gpu ? "a GPU" : "no GPU, " + human_bytes(machine.memory_bytes) + " of memory free");
}

std::int64_t largest_crop(std::int64_t most, std::int64_t multiple, const std::function<bool(std::int64_t crop)>& fits) {
  constexpr std::array<std::int64_t, 5> kCrops{96, 80, 64, 48, 32};
  const auto found =
      std::ranges::find_if(kCrops, [&](std::int64_t crop) { return crop <= most && crop % multiple == 0 && fits(crop); });
  return found == kCrops.end() ? std::max<std::int64_t>(kCrops.back(), multiple) : *found;
}

std::uint64_t StepsPerStudy::of(std::size_t studies) const { return std::clamp<std::uint64_t>(each * studies, least, most); }

bool was_given(settings::Settings& settings, const std::string& name) {
  return std::ranges::any_of(settings.rows(), [&](const settings::Setting& row) { return row.name == name && row.given; });
}

std::string fill_steps(settings::Settings& settings, std::uint64_t steps, std::uint64_t samples_per_step, std::size_t studies) {
  if (was_given(settings, "steps") || was_given(settings, "epochs")) {
    return "";
  }
  settings.fill("steps", {static_cast<std::int64_t>(steps)});
  return ", " + counted(static_cast<std::size_t>(steps), "step") + " (about " +
         std::to_string(steps * samples_per_step / studies) + " passes over the studies)";
}

} // namespace brainmvp::train
