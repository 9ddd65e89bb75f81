#include "store/prepare.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>
#include <span>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "image/orientation.h"
#include "io/image_file.h"
#include "store/study_grids.h"

namespace brainmvp::store {
namespace {

template <class T>
bool all_zero(const image::BasicVolume<T>& volume) {
  return std::ranges::all_of(volume.data, [](T value) { return value == T{}; });
}

std::string millimetres(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f mm", value);
  return text.data();
}

std::string spacing_text(const image::Affine& affine) {
  const image::Vector s = affine.spacing_mm();
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.3gx%.3gx%.3g mm", s[0], s[1], s[2]);
  return text.data();
}

// A volume in RAS order; on the reference's grid it takes that grid's very affine, so that nothing is interpolated twice.
template <class T>
image::BasicVolume<T> reordered(const image::BasicVolume<T>& volume, const StudyGrids& grids, bool& same) {
  image::BasicVolume<T> ras = image::to_ras(volume);
  same = image::same_grid({.size = ras.size, .affine = ras.affine}, grids.ras);
  if (same) {
    ras.affine = grids.ras.affine;
  }
  return ras;
}

// Brings one channel to the target grid and keeps it, or warns that it counts as missing.
void place(PreparedStudy& out, const std::string& modality, image::Volume native, const StudyGrids& grids, std::size_t threads) {
  if (all_zero(native)) {
    out.warnings.push_back(modality + ": zero everywhere; counts as missing");
    return;
  }
  const std::string spacing = spacing_text(native.affine);
  bool same = false;
  image::Volume ras = reordered(native, grids, same);
  native = {};
  const double distance_mm = same ? 0 : field_distance_mm({.size = ras.size, .affine = ras.affine}, grids.ras);
  image::Volume placed =
      image::resample_linear(ras, grids.target, same ? image::Outside::kBorder : image::Outside::kZero, threads);
  ras = {};
  if (!same && all_zero(placed)) {
    out.warnings.push_back(modality + ": lies outside the grid of " + grids.reference.filename().string() +
                           "; counts as missing");
    return;
  }
  if (!same) {
    out.warnings.push_back(modality + ": on another grid (" + spacing + ") than " + grids.reference.filename().string() + " (" +
                           spacing_text(grids.native.affine) + "), fields of view up to " + millimetres(distance_mm) +
                           " apart; interpolated");
  }
  out.distances.push_back({.modality = modality, .distance_mm = distance_mm, .interpolated = !same});
  out.modalities.push_back(modality);
  out.volumes.push_back(std::move(placed));
}

void load_modalities(PreparedStudy& out, const study::Study& study, const StudyGrids& grids, std::size_t threads) {
  for (std::size_t i = 0; i < study.images.size(); ++i) {
    io::ImageFile file = io::read_image(study.images[i]);
    for (const std::string& warning : file.header.warnings) {
      out.warnings.push_back(study.images[i].filename().string() + ": " + warning);
    }
    for (std::size_t channel = 0; channel < file.channels.size(); ++channel) {
      const std::string& modality = study.modalities.at(study.images.size() == 1 ? channel : i);
      place(out, modality, std::move(file.channels[channel]), grids, threads);
    }
  }
  if (out.volumes.empty()) {
    throw Error(ExitCode::kBadInput, "no usable modality (" + join(out.warnings, "; ") + ")");
  }
}

StoredLabel to_stored(const image::LabelVolume& volume, const std::string& file) {
  const auto [low, high] = std::ranges::minmax(volume.data);
  constexpr int kLargest = std::numeric_limits<std::uint8_t>::max();
  if (low < 0 || high > kLargest) {
    throw Error(ExitCode::kBadInput, file + ": label values from " + std::to_string(low) + " to " + std::to_string(high) +
                                         " where a store holds 0 to 255; renumber them");
  }
  StoredLabel stored{.size = volume.size, .affine = volume.affine, .data = {}};
  stored.data.resize(volume.data.size());
  std::ranges::transform(volume.data, stored.data.begin(), [](std::int32_t value) { return static_cast<std::uint8_t>(value); });
  return stored;
}

void load_label(PreparedStudy& out, const study::Study& study, const StudyGrids& grids, std::size_t threads) {
  if (!study.label) {
    return;
  }
  io::LabelFile file = io::read_label(*study.label);
  for (const std::string& warning : file.header.warnings) {
    out.warnings.push_back(study.label->filename().string() + ": " + warning);
  }
  bool same = false;
  image::LabelVolume ras = reordered(file.volume, grids, same);
  file.volume = {};
  out.label = to_stored(image::resample_nearest(ras, grids.target, threads), study.label->string());
  if (!all_zero(ras) && all_zero(*out.label)) {
    out.warnings.push_back(study.label->filename().string() + ": its marks vanish at the grid of the preparation");
  }
}

image::Box crop_to_foreground(PreparedStudy& out) {
  const std::optional<image::Box> box = image::centre_symmetric_foreground(out.volumes);
  if (!box) {
    throw Error(ExitCode::kBadInput, "no voxel above 0 in any modality (" + join(out.modalities, ", ") +
                                         "), so there is no head to crop to; check the intensities");
  }
  if (box->size() != out.volumes.front().size) {
    for (image::Volume& volume : out.volumes) {
      volume = image::crop(volume, *box);
    }
    if (out.label) {
      out.label = image::crop(*out.label, *box);
    }
  }
  return *box;
}

void scale(PreparedStudy& out) {
  for (std::size_t i = 0; i < out.volumes.size(); ++i) {
    std::vector<float>& values = out.volumes[i].data;
    const float low = image::percentile(values, out.parameters.low_percentile);
    const float high = image::percentile(values, out.parameters.high_percentile);
    if (!(high > low)) {
      out.warnings.push_back(out.modalities[i] + ": constant between its percentiles " + shortest(out.parameters.low_percentile) +
                             " and " + shortest(out.parameters.high_percentile) + "; becomes zero everywhere");
    }
    image::scale_to_unit(values, low, high);
  }
}

std::size_t marked(const StoredLabel& label) {
  return label.data.size() - static_cast<std::size_t>(std::ranges::count(label.data, std::uint8_t{0}));
}

} // namespace

PreparedStudy prepare_study(const study::Study& study, const PrepareOptions& options, std::size_t threads) {
  const StudyGrids grids = study_grids(study, options);
  PreparedStudy out;
  out.parameters = options;
  load_modalities(out, study, grids, threads);
  load_label(out, study, grids, threads);
  const std::size_t before = out.label ? marked(*out.label) : 0;
  out.way_back = {.reference = grids.reference,
                  .native = grids.native,
                  .resampled = grids.target,
                  .first_crop = crop_to_foreground(out),
                  .second_crop = {}};
  scale(out);
  out.way_back.second_crop = crop_to_foreground(out);
  if (out.label && marked(*out.label) != before) {
    out.warnings.push_back(study.label->filename().string() + ": " + std::to_string(before - marked(*out.label)) + " of " +
                           std::to_string(before) + " marked voxels lie outside the foreground and are cropped away");
  }
  return out;
}

} // namespace brainmvp::store
