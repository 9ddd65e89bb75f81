#include "store/prepare.h"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "base/error.h"
#include "image/orientation.h"
#include "io/image_file.h"
#include "store/place_modalities.h"
#include "store/scale_modalities.h"
#include "store/study_grids.h"
#include "study/file_check.h"

namespace brainmvp::store {
namespace {

template <class T>
bool all_zero(const image::BasicVolume<T>& volume) {
  return std::ranges::all_of(volume.data, [](T value) { return value == T{}; });
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

void load_label(PreparedStudy& out, const StudyImages& study, const StudyGrids& grids, std::size_t threads) {
  if (!study.label) {
    return;
  }
  io::LabelFile file = io::read_label(*study.label);
  const std::string name = study.label->path().filename().string();
  for (const std::string& warning : file.header.warnings) {
    out.warnings.push_back(name + ": " + warning);
  }
  if (const std::size_t values = study::values_of_image(file.volume); values > 0) {
    throw Error(ExitCode::kBadInput, study.label->path().string() + ": " + study::image_as_label_text(values));
  }
  bool same = false;
  image::LabelVolume ras = reordered(file.volume, grids, same);
  file.volume = {};
  out.label = to_stored(image::resample_nearest(ras, grids.target, threads), study.label->path().string());
  if (!all_zero(ras) && all_zero(*out.label)) {
    out.warnings.push_back(name + ": its marks vanish at the grid of the preparation");
  }
}

// The second crop, in the first one.
image::Box crop_again(PreparedStudy& out, std::span<const image::Size> margins) {
  const image::Size size = out.volumes.front().size;
  image::Size margin = size;
  for (const image::Size& one : margins) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      margin[axis] = std::min(margin[axis], one[axis]);
    }
  }
  const image::Box box = box_or_refuse(image::box_within(size, margin), out.modalities);
  if (box.size() != size) {
    for (image::Volume& volume : out.volumes) {
      volume = image::crop(volume, box);
    }
  }
  return box;
}

void warn_of_sizes(PreparedStudy& out, const StudyImages& study, const StudyGrids& grids) {
  for (std::size_t i = 0; i < grids.headers.size(); ++i) {
    if (const std::string doubt = study::size_doubt(grids.headers[i]); !doubt.empty()) {
      out.warnings.push_back(study.images[i].path().filename().string() + ": " + doubt);
    }
  }
}

void warn_of_equal_images(PreparedStudy& out, const StudyImages& study) {
  const auto name = [&](std::size_t i) {
    const auto at = static_cast<std::size_t>(std::ranges::find(study.modalities, out.modalities[i]) - study.modalities.begin());
    return out.modalities[i] +
           (study.images.size() == study.modalities.size() ? " (" + study.images[at].path().string() + ")" : "");
  };
  for (std::size_t i = 0; i < out.volumes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (out.volumes[i].data == out.volumes[j].data) {
        out.warnings.push_back(name(j) + " and " + name(i) +
                               " are the same image; replace the one that is a copy, or leave it out");
      }
    }
  }
}

std::size_t marked(const StoredLabel& label) {
  return label.data.size() - static_cast<std::size_t>(std::ranges::count(label.data, std::uint8_t{0}));
}

} // namespace

PreparedStudy prepare_study(const StudyImages& study, const PrepareOptions& options, std::size_t threads) {
  const StudyGrids grids = study_grids(study, options);
  PreparedStudy out;
  out.parameters = options;
  if (!study.label && !options.reference.empty() && std::ranges::count(study.modalities, options.reference) == 0) {
    out.warnings.push_back("no " + options.reference + ", whose grid was asked for; on the grid of " +
                           grids.reference.filename().string());
  }
  out.way_back = {
      .reference = grids.reference, .native = grids.native, .resampled = grids.target, .first_crop = {}, .second_crop = {}};
  warn_of_sizes(out, study, grids);
  const Placement placement = place_modalities(out, study, grids, threads);
  out.way_back.first_crop = placement.box;
  load_label(out, study, grids, threads);
  const std::size_t before = out.label ? marked(*out.label) : 0;
  out.way_back.second_crop = crop_again(out, scale_modalities(out, placement.own_grids, threads));
  warn_of_equal_images(out, study);
  if (out.label) {
    out.label = image::crop(image::crop(*out.label, out.way_back.first_crop), out.way_back.second_crop);
  }
  if (out.label && marked(*out.label) != before) {
    out.warnings.push_back(study.label->path().filename().string() + ": " + std::to_string(before - marked(*out.label)) + " of " +
                           std::to_string(before) + " marked voxels lie outside the foreground and are cropped away");
  }
  return out;
}

PreparedStudy prepare_study(const study::Study& study, const PrepareOptions& options, std::size_t threads) {
  return prepare_study(files_as_images(study), options, threads);
}

} // namespace brainmvp::store
