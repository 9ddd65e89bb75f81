// Where heads come from: the built-in one, or label maps with FreeSurfer numbers.
#pragma once

#include <filesystem>
#include <vector>

#include "simulate/head.h"

namespace brainmvp::simulate {

class Anatomy {
public:
  // The built-in head, made anew for every study.
  Anatomy() = default;

  // All label maps of a folder, in the order of their names, read with `threads` threads. Of more than `most` the first count.
  // Throws Error(kNothingFound) when the folder or label maps in it are missing, Error(kBadInput) for one that has labels that
  // tissues.toml does not know.
  Anatomy(const std::filesystem::path& folder, std::size_t most, std::size_t threads);

  [[nodiscard]] bool built_in() const { return heads_.empty(); }
  [[nodiscard]] const std::vector<TissueVolume>& heads() const { return heads_; }

private:
  std::vector<TissueVolume> heads_;
};

// A label map as a head: RAS axes, cropped, the origin at the brain's centre, with dura, arteries and a scalp of fat and muscle,
// which label maps lack. Labels from 1000 on are FreeSurfer's parcels of the cortex.
TissueVolume head_of_labels(const std::filesystem::path& file);

} // namespace brainmvp::simulate
