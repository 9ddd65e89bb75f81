#include "infer/native.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "model/outputs.h"

namespace brainmvp::infer {
namespace {

constexpr std::size_t kSlicesAtOnce = 8;

bool holds_region(const std::vector<int>& region, const std::vector<int>& part) {
  return part.size() < region.size() &&
         std::ranges::all_of(part, [&](int value) { return std::ranges::count(region, value) > 0; });
}

int painted_value(const study::LabelTable& table, const std::vector<int>& region) {
  std::set<int> taken;
  for (const auto& [name, values] : table.regions) {
    if (holds_region(region, values)) {
      taken.insert(values.begin(), values.end());
    }
  }
  const auto free = std::ranges::find_if(region, [&](int value) { return !taken.contains(value); });
  return free != region.end() ? *free : region.front();
}

// `count` slices of a grid from slice `first` on.
image::Grid slab_of(const image::Grid& grid, std::size_t first, std::size_t count) {
  image::Grid slab = grid;
  slab.size[2] = count;
  slab.affine.translation = grid.affine.apply({0, 0, static_cast<double>(first)});
  return slab;
}

int decided(const std::vector<image::Volume>& slab, std::size_t voxel, const Painting& painting) {
  if (!painting.exclusive) {
    int label = 0;
    for (const std::size_t output : painting.order) {
      label = slab[output].data[voxel] > 0.5F ? painting.values[output] : label;
    }
    return label;
  }
  std::size_t best = 0;
  for (std::size_t output = 1; output < slab.size(); ++output) {
    best = slab[output].data[voxel] > slab[best].data[voxel] ? output : best;
  }
  return painting.values[best];
}

} // namespace

Painting painting_of(const model::ModelDescription& description) {
  Painting painting{.exclusive = description.exclusive(), .values = {}, .order = {}};
  const study::LabelTable& table = description.table;
  painting.order.resize(table.regions.size());
  std::iota(painting.order.begin(), painting.order.end(), std::size_t{0});
  if (painting.exclusive) {
    for (const std::vector<int>& values : model::output_values(description)) {
      painting.values.push_back(values.front());
    }
    return painting;
  }
  if (!table.region_order.empty()) {
    painting.values = table.region_order;
    return painting;
  }
  for (const auto& [name, values] : table.regions) {
    painting.values.push_back(painted_value(table, values));
  }
  std::ranges::stable_sort(painting.order, std::greater<>(),
                           [&](std::size_t output) { return table.regions[output].second.size(); });
  return painting;
}

image::LabelVolume native_labels(const std::vector<image::Volume>& probabilities, const image::Grid& native,
                                 const Painting& painting, std::size_t threads) {
  image::LabelVolume labels{.size = native.size, .affine = native.affine, .data = {}};
  labels.data.resize(labels.voxels());
  for (std::size_t first = 0; first < native.size[2]; first += kSlicesAtOnce) {
    const image::Grid grid = slab_of(native, first, std::min(kSlicesAtOnce, native.size[2] - first));
    std::vector<image::Volume> slab;
    for (const image::Volume& probability : probabilities) {
      slab.push_back(image::resample_linear(probability, grid, image::Outside::kZero, threads));
    }
    const std::size_t start = labels.index(0, 0, first);
    for (std::size_t voxel = 0; voxel < slab.front().data.size(); ++voxel) {
      labels.data[start + voxel] = decided(slab, voxel, painting);
    }
  }
  return labels;
}

image::Volume native_probability(const image::Volume& probability, const image::Grid& native, std::size_t threads) {
  return image::resample_linear(probability, native, image::Outside::kZero, threads);
}

} // namespace brainmvp::infer
