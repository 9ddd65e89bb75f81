// Preparation of one study: from images on any grids to volumes scaled by percentiles on one RAS grid, and the way back.
//
//   const PreparedStudy prepared = prepare_study(study, {});     // needs no store; `predict` does this with loose files
//   write_prepared(prepared, study, "store/sub-01");
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "image/intensity.h"
#include "image/resample.h"
#include "image/volume.h"
#include "io/image_file.h"
#include "store/study_images.h"
#include "study/studies_file.h"

namespace brainmvp::store {

enum class PercentilesOf { kCrop, kForeground }; // all voxels of the crop, or those above 0
inline constexpr std::array<const char*, 2> kPercentilesOfNames{"crop", "foreground"};

// What decides the result besides the input. A change makes prepared studies stale.
struct PrepareOptions {
  double spacing_mm = 1;
  double low_percentile = 5;   // becomes 0
  double high_percentile = 95; // becomes 1
  PercentilesOf percentiles_of = PercentilesOf::kCrop;
  std::string reference = {}; // modality whose grid studies without a label come to; empty or absent: study_grids() chooses
  bool z_scored = false;      // a 0 between the values of a head is its background and becomes the lowest (zero_background.h)
  bool compress = false;      // files of compressed chunks (chunked_volume.h) instead of NIfTI, which hold the same values
  bool operator==(const PrepareOptions&) const = default;
};

// Undoes the geometry: prepared = crop(crop(resample(native -> resampled), first_crop), second_crop).
struct WayBack {
  std::filesystem::path reference; // the file, or the name of the image in memory, whose grid is `native`
  image::Grid native;              // as that image has it
  image::Grid resampled;           // RAS, isotropic, before the crops
  image::Box first_crop;           // in `resampled`
  image::Box second_crop;          // in the first crop
};

// How far a modality's grid was from the reference's: between the corners of the two fields of view, in mm.
struct GridDistance {
  std::string modality;
  double distance_mm = 0;
  bool interpolated = false; // brought from another grid through the affines
};

using StoredLabel = image::BasicVolume<std::uint8_t>;

struct PreparedStudy {
  std::vector<std::string> modalities; // usable ones, in the order of the study
  std::vector<image::Volume> volumes;  // one a modality, its percentiles at 0 and 1, all on one grid
  std::optional<StoredLabel> label;    // on the same grid
  WayBack way_back;
  PrepareOptions parameters;
  std::vector<GridDistance> distances;
  std::vector<std::string> warnings; // one sentence each
};

// Steps (design, "Preparation"): load; other grids to the reference grid (the label's, otherwise study_grids.h) and
// that to RAS and `spacing_mm` in one linear interpolation; crop to the foreground of all modalities, symmetric about the
// centre; percentiles, inside each modality's own field of view, to 0 and 1, not clipped; the same crop again. Labels go by
// nearest neighbour. Modalities that are zero everywhere count as missing. Throws Error(kBadInput) when an image cannot be read
// or no modality is usable.
PreparedStudy prepare_study(const StudyImages& study, const PrepareOptions& options, std::size_t threads = 1);
PreparedStudy prepare_study(const study::Study& study, const PrepareOptions& options, std::size_t threads = 1);

// What prepare_study needs, the voxels it reads and those it makes, from the headers alone.
struct StudyCost {
  std::uint64_t held_bytes = 0; // until it is done
  std::uint64_t step_bytes = 0; // beside it, for the one image that each thread works on
  std::size_t images = 0;
  std::uint64_t disk_bytes = 0;    // at most, before the crops
  std::uint64_t native_voxels = 0; // to be read, over all files
  std::uint64_t target_voxels = 0; // of the resampled grid times the modalities
  image::Size target{0, 0, 0};     // that grid

  // At the peak.
  [[nodiscard]] std::uint64_t memory_bytes(std::size_t threads) const {
    return held_bytes + std::min(threads, images) * step_bytes;
  }
};
StudyCost study_cost(const study::Study& study, const PrepareOptions& options);

// The bytes of <modality>.nii in a store.
io::Bytes encode_stored(const image::Volume& volume);

// Writes <modality>.nii, label.nii (or .chunks) and study.json in one step; an older folder is replaced. `base` is the folder
// that the paths in study.json are relative to where they lie in it. Throws Error(kOutput or kOutOfResources).
void write_prepared(const PreparedStudy& prepared, const study::Study& study, const std::filesystem::path& folder,
                    const std::filesystem::path& base);

} // namespace brainmvp::store
