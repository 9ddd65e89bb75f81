// Where the foreground of label maps lies, so that crops can be drawn around it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "store/store.h"

namespace brainmvp::finetune {

inline constexpr std::size_t kKeptVoxels = 4096; // a value and study: a uniform draw where there are more

// One study's label map.
struct Foreground {
  std::map<int, std::uint64_t> counts;             // voxels of each value, background included
  std::map<int, std::vector<store::Start>> voxels; // of each value but 0
  [[nodiscard]] bool empty() const { return voxels.empty(); }
};

// Reads the whole label map. `seed` decides which voxels are kept. Voxels of the value `ignore` are counted, and are no
// foreground.
Foreground find_foreground(const store::StoredStudy& study, std::uint64_t seed, const std::optional<int>& ignore = {});

// A voxel of the foreground: the value is drawn first, each alike, so that small structures are seen as often as large ones.
// `foreground` is not empty.
store::Start draw_voxel(const Foreground& foreground, RandomStream& stream);

// Start of a crop of `size` that has `voxel` near its centre: drawn within a quarter of each side from it, and then moved
// into the volume, which is padded (smaller half in front) where it is smaller than the crop.
store::Start crop_around(const store::Start& voxel, const image::Size& volume, const image::Size& size, RandomStream& stream);

// A uniformly drawn place of the crop in the padded volume.
store::Start draw_crop(const image::Size& volume, const image::Size& size, RandomStream& stream);

// Label values of all studies and how they are named: the table's labels, or, without any, each value found as its own text.
// Throws Error(kBadInput) that names study, value and voxel count for a value that the table does not declare.
std::vector<std::pair<std::string, int>> label_names(const study::LabelTable& table,
                                                     const std::vector<std::pair<std::string, Foreground>>& studies);

} // namespace brainmvp::finetune
