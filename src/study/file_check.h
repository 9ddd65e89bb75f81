// What reading one file shows: whether it can be used, its grid, its values.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "io/image_file.h"
#include "study/set_check.h"

namespace brainmvp::study {

using LabelValues = std::map<int, std::size_t>; // value -> voxels

struct FileFacts {
  std::string fault; // why the file cannot be used; empty when it can
  io::ImageHeader header;
  bool all_zero = false;              // for images: no voxel but 0 in any channel; never when only the header was read
  HeadKind head = HeadKind::kUnknown; // of the first channel; only when the voxels were read
  std::size_t filled = 0;             // for images: voxels of the first channel that are not 0
  std::size_t few_values = 0;         // for images that look like label maps: how many whole values they hold; else 0
  std::string content;                // for images: equal for equal voxels; empty for small ones, and when they were not read
  LabelValues values;                 // for labels
  bool unsure = false;                // for labels: whether the name leaves open what the mask is of
};

enum class Depth { kWhole, kHeader };

// Never throws for a bad file: that is its `fault`.
FileFacts check_image(const std::filesystem::path& file, Depth depth);
FileFacts check_label(const std::filesystem::path& file, Depth depth);

// How many values a label map holds that is an image: many that do not lie in areas of equal voxels. 0 for others, and small
// ones.
std::size_t values_of_image(const image::LabelVolume& volume);
std::string image_as_label_text(std::size_t values);

// Largest distance in mm between matching outer corners of the boxes that two grids cover.
double field_of_view_distance_mm(const io::ImageHeader& a, const io::ImageHeader& b);

// Whether voxels can be compared one to one: same size, and corners less than 0.01 mm apart.
bool same_grid(const io::ImageHeader& a, const io::ImageHeader& b);

// Why the grid is none of a head by its longest side, with what it would be in another unit; empty for one of 60 to 600 mm, and
// for crops of a usual voxel size.
std::string size_doubt(const io::ImageHeader& header);

// "512x512x29", "0.45x0.45x5".
std::string size_text(const io::ImageHeader& header);
std::string spacing_text(const io::ImageHeader& header);

} // namespace brainmvp::study
