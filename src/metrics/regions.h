// Regions that are evaluated: labels, unions of labels, or whatever values the files have.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "image/volume.h"
#include "study/studies_file.h"

namespace brainmvp::metrics {

struct Region {
  std::string name;
  std::vector<int> values; // a voxel with any of them is inside
};

struct RegionTable {
  std::vector<Region> regions; // empty: each value that is found is a region
  std::vector<int> declared;   // values that may occur, 0 among them; empty: any
  std::optional<int> ignore{}; // voxels with it in the reference count for nothing
};

// What the command line asks for; empty: the table's regions, else its labels.
struct RegionChoice {
  std::vector<std::string> labels;  // names or values of labels
  std::vector<std::string> regions; // names of the table's regions, or "NAME=1,2"
};

// Throws Error(kUsage) for a name or value that the table lacks, with the known ones, and for a choice that is no number
// where there is no table.
RegionTable choose_regions(const study::LabelTable& table, const RegionChoice& choice);

// Regions "1", "2", ... of the values above or below 0 that `values` has, in ascending order.
std::vector<Region> regions_of_values(const std::vector<int>& values);

// Throws Error(kBadInput) that names `path` and each undeclared value with its voxel count.
void check_declared(const image::LabelVolume& volume, const RegionTable& table, const std::filesystem::path& path);

// Makes background of the voxels of `volume` where the reference is to be ignored.
void clear_ignored(image::LabelVolume& volume, const image::LabelVolume& reference, const RegionTable& table);

// 1 where the volume has one of the region's values.
std::vector<std::uint8_t> mask_of(const image::LabelVolume& volume, const Region& region);

} // namespace brainmvp::metrics
