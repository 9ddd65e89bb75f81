#include "metrics/surface.h"

#include <itkImage.h>
#include <itkSignedMaurerDistanceMapImageFilter.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace brainmvp::metrics {
namespace {

using EdgeImage = itk::Image<std::uint8_t, 3>;
using DistanceImage = itk::Image<double, 3>; // in single precision the far terms of the sweep would cost more than 1e-3 mm

// Indices of the edge voxels of a mask; outside the grid is background.
std::vector<std::size_t> edge_voxels(const std::vector<std::uint8_t>& mask, const image::Size& size) {
  const std::array<std::size_t, 3> stride{1, size[0], size[0] * size[1]};
  std::vector<std::size_t> edges;
  std::size_t at = 0;
  for (std::size_t k = 0; k < size[2]; ++k) {
    for (std::size_t j = 0; j < size[1]; ++j) {
      for (std::size_t i = 0; i < size[0]; ++i, ++at) {
        if (mask[at] == 0) {
          continue;
        }
        const std::array<std::size_t, 3> index{i, j, k};
        for (std::size_t axis = 0; axis < 3; ++axis) {
          if (index[axis] == 0 || index[axis] + 1 == size[axis] || mask[at - stride[axis]] == 0 || mask[at + stride[axis]] == 0) {
            edges.push_back(at);
            break;
          }
        }
      }
    }
  }
  return edges;
}

// Offset in an image with one more voxel on every side. The filter takes an edge at the end of an image for an inner voxel.
std::size_t padded_offset(std::size_t at, const image::Size& size) {
  const std::size_t i = at % size[0];
  const std::size_t j = at / size[0] % size[1];
  const std::size_t k = at / (size[0] * size[1]);
  return (i + 1) + (size[0] + 2) * ((j + 1) + (size[1] + 2) * (k + 1));
}

DistanceImage::Pointer squared_distances(const std::vector<std::size_t>& edges, const MaskPair& masks) {
  const auto image = EdgeImage::New();
  image->SetRegions(EdgeImage::SizeType{{masks.size[0] + 2, masks.size[1] + 2, masks.size[2] + 2}});
  image->SetSpacing(masks.spacing_mm.data());
  image->Allocate(true);
  for (const std::size_t edge : edges) {
    image->GetBufferPointer()[padded_offset(edge, masks.size)] = 1;
  }
  const auto filter = itk::SignedMaurerDistanceMapImageFilter<EdgeImage, DistanceImage>::New();
  filter->SetInput(image);
  filter->SetUseImageSpacing(true);
  filter->SetSquaredDistance(true);
  filter->SetNumberOfWorkUnits(1); // callers work on several cases at once
  filter->Update();
  return filter->GetOutput();
}

std::vector<double> distances_at(const std::vector<std::size_t>& from, const std::vector<std::size_t>& to,
                                 const MaskPair& masks) {
  const DistanceImage::Pointer map = squared_distances(to, masks);
  std::vector<double> distances_mm;
  distances_mm.reserve(from.size());
  for (const std::size_t at : from) {
    distances_mm.push_back(std::sqrt(std::abs(map->GetBufferPointer()[padded_offset(at, masks.size)])));
  }
  return distances_mm;
}

} // namespace

EdgeDistances edge_distances(const MaskPair& masks) {
  const std::vector<std::size_t> prediction = edge_voxels(masks.prediction, masks.size);
  const std::vector<std::size_t> reference = edge_voxels(masks.reference, masks.size);
  return {.to_reference = distances_at(prediction, reference, masks),
          .to_prediction = distances_at(reference, prediction, masks)};
}

} // namespace brainmvp::metrics
