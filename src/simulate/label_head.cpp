#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/error.h"
#include "image/orientation.h"
#include "io/image_file.h"
#include "simulate/anatomy.h"
#include "simulate/anatomy_repair.h"
#include "simulate/distance.h"
#include "simulate/procedural_head.h"

namespace brainmvp::simulate {
namespace fs = std::filesystem;
namespace {

constexpr int kSoftTissue = 507;    // of SynthSeg's maps: fat, muscle and all else outside the skull
constexpr double kFurthestCsf = 20; // mm from the brain; islands farther out are faults of the map
constexpr double kFatDepth = 5;     // mm below the skin
constexpr int kAirMargin = 4;       // voxels of air around a head
constexpr double kFissure = 8;      // mm: the fluid between the hemispheres is within this of the midline, and no wider
constexpr float kFalxGaps = -1.2F;  // of a pattern of standard deviation about 1
constexpr double kFalxFrom = 22;    // mm above the middle of the brain

std::string refuse_text(const std::string& name, const std::set<int>& unknown) {
  std::string list;
  for (const int label : unknown) {
    list += (list.empty() ? "" : ", ") + std::to_string(label);
  }
  return name + ": the labels " + list +
         " are no FreeSurfer numbers that `simulate` knows; give label maps as mri_synthseg or "
         "recon-all write them, or map these labels to such numbers";
}

// Soft tissue becomes fat for now; refine_soft_tissue() finds the muscles.
TissueVolume tissues_of(const image::LabelVolume& labels, const std::string& name) {
  std::map<int, Tissue> known{{kSoftTissue, Tissue::kFat}};
  for (const LabelOfTissue& entry : freesurfer_labels()) {
    known[entry.label] = entry.tissue;
  }
  TissueVolume head{.size = labels.size, .affine = labels.affine, .data = std::vector<std::uint8_t>(labels.voxels())};
  std::set<int> unknown;
  int last = 0;
  Tissue tissue = Tissue::kAir;
  for (std::size_t n = 0; n < labels.data.size(); ++n) {
    const int label = labels.data[n];
    if (label != last) {
      const auto found = known.find(label);
      last = label;
      tissue = found != known.end() ? found->second : Tissue::kCortex;
      if (found == known.end() && (label < 1000 || label > 2999)) {
        unknown.insert(label);
      }
    }
    head.data[n] = static_cast<std::uint8_t>(tissue);
  }
  if (!unknown.empty()) {
    throw Error(ExitCode::kBadInput, refuse_text(name, unknown));
  }
  return head;
}

bool is_skull(Tissue tissue) { return tissue == Tissue::kBone || tissue == Tissue::kMarrow; }
bool is_skin_or_air(Tissue tissue) { return tissue == Tissue::kSkin || tissue == Tissue::kAir; }

TissueVolume cropped(const TissueVolume& head) {
  std::array<std::size_t, 3> low = head.size;
  std::array<std::size_t, 3> high{0, 0, 0};
  for (std::size_t n = 0; n < head.data.size(); ++n) {
    if (is_not_air(tissue_at(head, n))) {
      const std::array<std::size_t, 3> index{n % head.size[0], n / head.size[0] % head.size[1],
                                             n / (head.size[0] * head.size[1])};
      for (std::size_t axis = 0; axis < 3; ++axis) {
        low[axis] = std::min(low[axis], index[axis]);
        high[axis] = std::max(high[axis], index[axis]);
      }
    }
  }
  TissueVolume part{.size = {}, .affine = head.affine, .data = {}};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    low[axis] = low[axis] > kAirMargin ? low[axis] - kAirMargin : 0;
    high[axis] = std::min(high[axis] + kAirMargin, head.size[axis] - 1);
    part.size[axis] = high[axis] - low[axis] + 1;
  }
  part.data.reserve(part.voxels());
  for (std::size_t k = low[2]; k <= high[2]; ++k) {
    for (std::size_t j = low[1]; j <= high[1]; ++j) {
      const auto row = head.data.begin() + static_cast<std::ptrdiff_t>(head.index(low[0], j, k));
      part.data.insert(part.data.end(), row, row + static_cast<std::ptrdiff_t>(part.size[0]));
    }
  }
  return part;
}

// Axes along RAS with the spacing of the file; a turn in its affine is left out. Origin: the middle of the brain.
void centre(TissueVolume& head) {
  const image::Vector spacing = head.affine.spacing_mm();
  head.affine = {};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    head.affine.matrix[axis][axis] = spacing[axis];
  }
  const Extent brain = extent_of(head, is_parenchyma);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    head.affine.translation[axis] = -(brain.low_mm[axis] + brain.high_mm[axis]) / 2;
  }
}

bool touches(const TissueVolume& head, const std::array<std::size_t, 3>& index, bool (*wanted)(Tissue)) {
  const std::array<std::size_t, 3> strides{1, head.size[0], head.size[0] * head.size[1]};
  const std::size_t at = head.index(index[0], index[1], index[2]);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if ((index[axis] > 0 && wanted(tissue_at(head, at - strides[axis]))) ||
        (index[axis] + 1 < head.size[axis] && wanted(tissue_at(head, at + strides[axis])))) {
      return true;
    }
  }
  return false;
}

// The falx hangs in the middle of the fluid between the hemispheres: its place in the row (j, k) from left to right.
std::optional<std::size_t> falx_in_row(const TissueVolume& head, std::size_t j, std::size_t k) {
  std::optional<std::size_t> falx;
  double nearest_mm = kFissure;
  std::size_t start = 0;
  for (std::size_t i = 0; i < head.size[0]; ++i) {
    if (tissue_at(head, head.index(i, j, k)) == Tissue::kCsf) {
      continue;
    }
    const double width_mm = static_cast<double>(i - start) * head.affine.matrix[0][0];
    if (i > start && width_mm <= kFissure) {
      const std::size_t middle = (start + i) / 2;
      const double away_mm = std::abs(position_of(head, middle, j, k)[0]);
      if (away_mm < nearest_mm) {
        nearest_mm = away_mm;
        falx = middle;
      }
    }
    start = i + 1;
  }
  return falx;
}

// What label maps do not tell apart: dura and falx from CSF, muscle from fat.
void refine(TissueVolume& head) {
  const Lattice to_brain = signed_distance(head, is_parenchyma, 3);
  const Lattice to_skin = signed_distance(head, is_skin_or_air, 3);
  RandomStream stream({text_key("soft tissue")});
  Lattice pattern({.low_mm = head.affine.translation, .high_mm = position_of(head, head.size[0], head.size[1], head.size[2])}, 7);
  pattern.fill_random(stream, 1);
  const TissueVolume before = head;
  std::size_t at = 0;
  for (std::size_t k = 0; k < head.size[2]; ++k) {
    for (std::size_t j = 0; j < head.size[1]; ++j) {
      const bool high = position_of(head, 0, j, k)[2] > kFalxFrom;
      const std::optional<std::size_t> falx_at = high ? falx_in_row(before, j, k) : std::nullopt;
      for (std::size_t i = 0; i < head.size[0]; ++i, ++at) {
        const Tissue tissue = tissue_at(before, at);
        const Vector p = position_of(head, i, j, k);
        if (tissue == Tissue::kCsf) {
          const bool falx = falx_at == i && pattern.at(p) > kFalxGaps;
          const bool island = static_cast<double>(to_brain.at(p)) > kFurthestCsf;
          head.data[at] = static_cast<std::uint8_t>(island                                         ? Tissue::kMuscle
                                                    : falx || touches(before, {i, j, k}, is_skull) ? Tissue::kDura
                                                                                                   : Tissue::kCsf);
        } else if (tissue == Tissue::kFat) {
          const bool deep = static_cast<double>(to_skin.at(p)) > kFatDepth;
          head.data[at] = static_cast<std::uint8_t>(deep && pattern.at(p) > -0.4F ? Tissue::kMuscle : Tissue::kFat);
        }
      }
    }
  }
}

} // namespace

TissueVolume head_of_labels(const fs::path& file) { return head_of_labels(io::read_label(file).volume, file.string()); }

TissueVolume head_of_labels(const image::LabelVolume& labels, const std::string& name) {
  TissueVolume head = cropped(tissues_of(image::to_ras(labels), name));
  if (extent_of(head, is_parenchyma).high_mm == extent_of(head, is_parenchyma).low_mm) {
    throw Error(ExitCode::kBadInput, name + ": has no brain tissue (labels such as 2, 3, 41, 42); is it a label map?");
  }
  heal_lesions(head);
  surround_with_fluid(head);
  centre(head);
  refine(head);
  paint_vessels(head, extent_of(head, is_parenchyma), false); // the maps have veins
  return head;
}

} // namespace brainmvp::simulate
