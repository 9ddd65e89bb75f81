// Where heads come from: the maps of data/anatomy, other label maps with FreeSurfer numbers, or the drawn head.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "image/volume.h"
#include "simulate/head.h"

namespace brainmvp::simulate {

// Names that stand instead of a folder.
inline constexpr std::string_view kShippedAnatomy = "shipped";
inline constexpr std::string_view kDrawnAnatomy = "drawn";

class Anatomy {
public:
  // The drawn head, made anew for every study.
  Anatomy() = default;

  // The maps that the program brings along, each unpacked when it is first used.
  static Anatomy shipped();

  // All label maps of a folder, in the order of their names, read with `threads` threads. Of more than `most` the first count.
  // Throws Error(kNothingFound) when the folder or label maps in it are missing, Error(kBadInput) for one that has labels that
  // tissues.toml does not know.
  Anatomy(const std::filesystem::path& folder, std::size_t most, std::size_t threads);

  // Only these, counted from 1. Throws Error(kUsage) for a number that there is not.
  void keep(const std::vector<std::size_t>& numbers);

  [[nodiscard]] bool drawn() const { return heads_.empty(); }
  [[nodiscard]] std::size_t count() const { return heads_.size(); }

  // Can be called from several threads.
  [[nodiscard]] const TissueVolume& head(std::size_t n) const;
  [[nodiscard]] const std::string& name(std::size_t n) const { return heads_[n]->name; } // of its file: "head_1"

private:
  struct Head {
    std::string name;
    std::function<TissueVolume()> make;
    std::once_flag made;
    TissueVolume volume;
  };
  std::vector<std::shared_ptr<Head>> heads_;
};

// A label map as a head: RAS axes, cropped, the origin at the brain's centre, with dura, arteries and a scalp of fat and muscle,
// which label maps lack. Labels from 1000 on are FreeSurfer's parcels of the cortex. `name` is for messages.
TissueVolume head_of_labels(const image::LabelVolume& labels, const std::string& name);
TissueVolume head_of_labels(const std::filesystem::path& file);

} // namespace brainmvp::simulate
