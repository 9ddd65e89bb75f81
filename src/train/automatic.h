// What the recipes "auto" know of a store and its machine, and how they choose by it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "image/affine.h"
#include "settings/settings.h"
#include "store/store.h"

namespace brainmvp::train {

inline constexpr const char* kAutomatic = "auto"; // the recipe that is filled by what follows

struct StoreFacts {
  std::size_t studies = 0;  // to train on
  image::Size typical = {}; // median of each side, in voxels
  image::Size largest = {}; // of each side
  double spacing_mm = 1;
};
StoreFacts facts_of(const store::Store& store, const std::vector<std::size_t>& training);

struct Machine {
  bool gpu = false;
  std::uint64_t memory_bytes = 0; // what is free on a CPU; of a GPU it is not asked

  // What a step may take: the rest is for the loader, the page cache, and others.
  [[nodiscard]] bool holds(double step_bytes) const { return gpu || step_bytes <= 0.6 * static_cast<double>(memory_bytes); }
};
Machine this_machine(bool gpu);

// "5 studies of about 150 x 180 x 140 voxels of 1 mm, no GPU, 21 GB of memory free".
std::string facts_text(const StoreFacts& facts, const Machine& machine);
std::string size_text(const image::Size& size); // "150 x 180 x 140"

// The largest side of 96, 80, 64, 48 and 32 that is no more than `most`, a multiple of `multiple`, and `fits`; where there is
// none, 32 or `multiple`, whichever is more.
std::int64_t largest_crop(std::int64_t most, std::int64_t multiple, const std::function<bool(std::int64_t crop)>& fits);

// Steps grow with the studies between two bounds, so that a CPU needs minutes to hours and not days.
struct StepsPerStudy {
  std::uint64_t each;
  std::uint64_t least;
  std::uint64_t most;

  [[nodiscard]] std::uint64_t of(std::size_t studies) const;
};
inline constexpr StepsPerStudy kStepsOnCpu{.each = 100, .least = 500, .most = 6000};

bool was_given(settings::Settings& settings, const std::string& name);

// Fills --steps, unless the user says steps or epochs. Gives ", 500 steps (about 200 passes over the studies)", or "".
std::string fill_steps(settings::Settings& settings, std::uint64_t steps, std::uint64_t samples_per_step, std::size_t studies);

} // namespace brainmvp::train
