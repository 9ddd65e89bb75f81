#include "store/place_modalities.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "image/orientation.h"
#include "image/positive_margin.h"
#include "image/resample.h"
#include "io/stored_image.h"
#include "store/field_of_view.h"
#include "store/zero_background.h"

namespace brainmvp::store {
namespace {

// A usable modality: on the target grid, or still as stored where its voxels are those of that grid in another order.
struct Placed {
  GridDistance distance;
  image::Size margin{0, 0, 0};                   // of the target grid, around its foreground
  std::shared_ptr<const io::StoredImage> stored; // with the two below
  std::size_t channel = 0;
  image::AxisOrder order;
  image::Volume volume;           // otherwise
  std::optional<image::Grid> own; // where it is not the reference's
};

// What became of one image.
struct File {
  std::vector<Placed> usable;
  std::vector<std::string> warnings;
};

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

image::Volume interpolated(const Placed& placed, const image::Grid& ras, const StudyGrids& grids, std::size_t threads) {
  image::Volume volume{.size = ras.size, .affine = ras.affine, .data = {}};
  resize_large(volume.data, volume.voxels());
  placed.stored->decode(placed.channel, placed.order, {.begin = {0, 0, 0}, .end = ras.size}, volume.data);
  if (grids.z_scored) {
    make_zero_the_lowest(volume.data);
  }
  return image::resample_linear(volume, grids.target,
                                placed.distance.interpolated ? image::Outside::kZero : image::Outside::kBorder, threads);
}

// The share of an image above 0 that the reference does not cover.
std::string lost_text(const Placed& placed, const StudyGrids& grids) {
  image::Volume volume{.size = placed.own->size, .affine = placed.own->affine, .data = {}};
  volume.data.resize(volume.voxels());
  placed.stored->decode(placed.channel, placed.order, {.begin = {0, 0, 0}, .end = volume.size}, volume.data);
  const std::vector<std::uint8_t> covered = in_field_of_view(*placed.own, grids.ras);
  std::size_t all = 0;
  std::size_t lost = 0;
  for (std::size_t i = 0; i < covered.size(); ++i) {
    all += volume.data[i] > 0 ? 1U : 0U;
    lost += volume.data[i] > 0 && covered[i] == 0 ? 1U : 0U;
  }
  const std::size_t percent = all == 0 ? 0 : (100 * lost + all / 2) / all;
  return percent == 0 ? "" : "; " + std::to_string(percent) + " % of its voxels above 0 lie outside and are lost";
}

// Interpolates where the grids differ. False, with a warning, when the volume lies outside the target grid.
bool bring_to_target(Placed& placed, const StudyGrids& grids, std::size_t threads, std::vector<std::string>& warnings) {
  const io::ImageHeader& header = placed.stored->header();
  placed.order = image::order_to_ras(header.affine);
  image::Grid ras = ras_grid({.size = header.size, .affine = header.affine});
  const bool same = image::same_grid(ras, grids.ras);
  placed.distance.interpolated = !same;
  if (same && !grids.z_scored && image::same_grid(grids.ras, grids.target)) {
    const image::Size margin = placed.stored->positive_margin(placed.channel);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      placed.margin[axis] = margin[placed.order.source_axis[axis]];
    }
    return true;
  }
  if (same) {
    ras.affine = grids.ras.affine; // so that nothing is interpolated for the rounding of a header
  } else {
    placed.distance.distance_mm = field_distance_mm(ras, grids.ras);
    placed.own = ras;
  }
  placed.volume = interpolated(placed, ras, grids, threads);
  const std::vector<float>& values = placed.volume.data;
  const std::string reference = grids.reference.filename().string();
  if (!same && std::ranges::all_of(values, [](float value) { return value == 0; })) {
    warnings.push_back(placed.distance.modality + ": lies outside the grid of " + reference + "; counts as missing");
    return false;
  }
  if (!same) {
    warnings.push_back(placed.distance.modality + ": on another grid (" + spacing_text(header.affine) + ") than " + reference +
                       " (" + spacing_text(grids.native.affine) + "), fields of view up to " +
                       millimetres(placed.distance.distance_mm) + " apart; interpolated" + lost_text(placed, grids));
  }
  placed.margin = image::positive_margin(placed.volume.size, [&values](std::size_t at) { return values[at]; });
  placed.stored.reset();
  return true;
}

File load_file(const StudyImages& study, std::size_t index, const StudyGrids& grids, std::size_t threads) {
  File file;
  const auto stored = std::make_shared<const io::StoredImage>(study.images[index]);
  for (const std::string& warning : stored->header().warnings) {
    file.warnings.push_back(study.images[index].path().filename().string() + ": " + warning);
  }
  for (std::size_t channel = 0; channel < stored->header().channels; ++channel) {
    Placed placed;
    placed.distance.modality = study.modalities.at(study.images.size() == 1 ? channel : index);
    placed.stored = stored;
    placed.channel = channel;
    if (stored->all_zero(channel)) {
      file.warnings.push_back(placed.distance.modality + ": zero everywhere; counts as missing");
    } else if (bring_to_target(placed, grids, threads, file.warnings)) {
      file.usable.push_back(std::move(placed));
    }
  }
  return file;
}

image::Box foreground(std::span<const Placed> usable, const StudyGrids& grids) {
  image::Size margin = grids.target.size;
  std::vector<std::string> names;
  for (const Placed& placed : usable) {
    names.push_back(placed.distance.modality);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      margin[axis] = std::min(margin[axis], placed.margin[axis]);
    }
  }
  return box_or_refuse(image::box_within(grids.target.size, margin), names);
}

// The box of a volume on the target grid.
image::Volume cropped(Placed placed, const image::Grid& target, const image::Box& box) {
  if (placed.stored == nullptr) {
    return box.size() == target.size ? std::move(placed.volume) : image::crop(placed.volume, box);
  }
  image::Volume out{.size = box.size(), .affine = image::affine_from(target.affine, box.begin), .data = {}};
  resize_large(out.data, out.voxels());
  placed.stored->decode(placed.channel, placed.order, box, out.data);
  return out;
}

} // namespace

image::Box box_or_refuse(const std::optional<image::Box>& box, const std::vector<std::string>& modalities) {
  if (!box) {
    throw Error(ExitCode::kBadInput, "no voxel above 0 in any modality (" + join(modalities, ", ") +
                                         "), so there is no head to crop to; check the intensities");
  }
  return *box;
}

Placement place_modalities(PreparedStudy& out, const StudyImages& study, const StudyGrids& grids, std::size_t threads) {
  std::vector<File> files(study.images.size());
  const std::size_t threads_each = std::max<std::size_t>(threads / files.size(), 1);
  parallel_for(files.size(), threads, [&](std::size_t index) { files[index] = load_file(study, index, grids, threads_each); });
  std::vector<Placed> usable;
  for (File& file : files) {
    out.warnings.insert(out.warnings.end(), file.warnings.begin(), file.warnings.end());
    std::ranges::move(file.usable, std::back_inserter(usable));
  }
  if (usable.empty()) {
    throw Error(ExitCode::kBadInput, "no usable modality (" + join(out.warnings, "; ") + ")");
  }
  for (const Placed& placed : usable) {
    out.modalities.push_back(placed.distance.modality);
    out.distances.push_back(placed.distance);
  }
  Placement placement{.box = foreground(usable, grids), .own_grids = {}};
  for (const Placed& placed : usable) {
    placement.own_grids.push_back(placed.own);
  }
  files.clear(); // each file is let go as soon as its voxels are out
  out.volumes.resize(usable.size());
  parallel_for(usable.size(), threads,
               [&](std::size_t i) { out.volumes[i] = cropped(std::move(usable[i]), grids.target, placement.box); });
  return placement;
}

} // namespace brainmvp::store
