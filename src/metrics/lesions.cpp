#include "metrics/lesions.h"

#include <itkConnectedComponentImageFilter.h>
#include <itkImage.h>

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace brainmvp::metrics {
namespace {

// Spacings of turned grids in single precision are off by some 1e-7; that must not decide about the least volume.
constexpr double kVolumeSlack = 1e-5;

// Components are numbered from 1; voxels[0] counts the background.
struct Components {
  std::vector<std::uint32_t> map;
  std::vector<std::size_t> voxels;
};

Components components_of(const std::vector<std::uint8_t>& mask, const image::Size& size) {
  using MaskImage = itk::Image<std::uint8_t, 3>;
  using ComponentImage = itk::Image<std::uint32_t, 3>;
  const auto image = MaskImage::New();
  image->SetRegions(MaskImage::SizeType{{size[0], size[1], size[2]}});
  image->Allocate();
  std::ranges::transform(mask, image->GetBufferPointer(), [](std::uint8_t value) -> std::uint8_t { return value != 0; });
  const auto filter = itk::ConnectedComponentImageFilter<MaskImage, ComponentImage>::New();
  filter->SetInput(image);
  filter->FullyConnectedOn();
  filter->SetNumberOfWorkUnits(1); // callers work on several cases at once
  filter->Update();
  const std::uint32_t* labels = filter->GetOutput()->GetBufferPointer();
  Components components{.map = {labels, labels + mask.size()}, .voxels = std::vector<std::size_t>(filter->GetObjectCount() + 1)};
  for (const std::uint32_t label : components.map) {
    ++components.voxels[label];
  }
  return components;
}

// Which components of each side match one of the other side.
struct Matches {
  std::vector<bool> prediction;
  std::vector<bool> reference;
};

Matches match(const Components& prediction, const Components& reference, double min_iou) {
  std::unordered_map<std::uint64_t, std::size_t> shared_voxels;
  for (std::size_t at = 0; at < prediction.map.size(); ++at) {
    if (prediction.map[at] != 0 && reference.map[at] != 0) {
      ++shared_voxels[std::uint64_t{prediction.map[at]} << 32 | reference.map[at]];
    }
  }
  Matches matches{.prediction = std::vector<bool>(prediction.voxels.size()),
                  .reference = std::vector<bool>(reference.voxels.size())};
  for (const auto& [pair, shared] : shared_voxels) {
    const std::size_t predicted = pair >> 32;
    const std::size_t referred = pair & 0xffffffffU;
    const std::size_t joined = prediction.voxels[predicted] + reference.voxels[referred] - shared;
    if (static_cast<double>(shared) >= min_iou * static_cast<double>(joined)) {
      matches.prediction[predicted] = true;
      matches.reference[referred] = true;
    }
  }
  return matches;
}

double ratio(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

} // namespace

LesionMetrics compare_lesions(const MaskPair& masks, const LesionOptions& options) {
  check_masks(masks);
  LesionMetrics metrics;
  const MaskPair part = crop_to_union(masks);
  if (part.prediction.empty()) {
    return metrics;
  }
  const Components prediction = components_of(part.prediction, part.size);
  const Components reference = components_of(part.reference, part.size);
  const Matches matches = match(prediction, reference, options.min_iou);
  const double voxel_mm3 = part.spacing_mm[0] * part.spacing_mm[1] * part.spacing_mm[2];
  const double least_mm3 = options.min_volume_mm3 * (1 - kVolumeSlack);
  const auto counted = [&](std::size_t voxels) { return static_cast<double>(voxels) * voxel_mm3 >= least_mm3; };
  for (std::size_t lesion = 1; lesion < reference.voxels.size(); ++lesion) {
    metrics.reference_lesions += counted(reference.voxels[lesion]) ? 1 : 0;
    metrics.found_lesions += counted(reference.voxels[lesion]) && matches.reference[lesion] ? 1 : 0;
  }
  for (std::size_t lesion = 1; lesion < prediction.voxels.size(); ++lesion) {
    metrics.predicted_lesions += counted(prediction.voxels[lesion]) ? 1 : 0;
    metrics.false_lesions += counted(prediction.voxels[lesion]) && !matches.prediction[lesion] ? 1 : 0;
  }
  if (metrics.reference_lesions + metrics.predicted_lesions > 0) {
    metrics.precision = ratio(metrics.found_lesions, metrics.found_lesions + metrics.false_lesions);
    metrics.recall = ratio(metrics.found_lesions, metrics.reference_lesions);
    metrics.f1 = ratio(2 * metrics.found_lesions, metrics.found_lesions + metrics.false_lesions + metrics.reference_lesions);
  }
  return metrics;
}

} // namespace brainmvp::metrics
