#include "infer/native.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

#include "base/thread_pool.h"
#include "infer/sizing.h"
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

// The voxels of a box of a grid.
image::Grid part_of(const image::Grid& grid, const image::Size& start, const image::Size& size) {
  image::Grid part{.size = size, .affine = grid.affine};
  part.affine.translation =
      grid.affine.apply({static_cast<double>(start[0]), static_cast<double>(start[1]), static_cast<double>(start[2])});
  return part;
}

template <class T>
void fill_grid(const image::Grid& grid, image::BasicVolume<T>& volume) {
  volume.size = grid.size;
  volume.affine = grid.affine;
  volume.data.resize(volume.voxels());
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

NativeOutputs::NativeOutputs(Options options)
    : options_(std::move(options)), map_(options_.prepared.affine.inverse().after(options_.native.affine)) {
  fill_grid(options_.native, labels_);
  probabilities_.resize(options_.kept.size());
  for (image::Volume& volume : probabilities_) {
    fill_grid(options_.native, volume);
  }
}

void NativeOutputs::take(const torch::Tensor& planes) {
  const image::Size& size = options_.prepared.size;
  const auto count = static_cast<std::size_t>(planes.size(1));
  const std::size_t before = done_ == 0 ? 0 : 1;
  const image::Grid grid = part_of(options_.prepared, {done_ - before, 0, 0}, {before + count, size[1], size[2]});
  std::vector<image::Volume> earlier(options_.outputs);
  std::swap(earlier, band_);
  for (std::size_t k = 0; k < options_.outputs; ++k) {
    fill_grid(grid, band_[k]);
    const torch::Tensor view = view_of(band_[k]);
    if (before != 0) {
      view.narrow(0, 0, 1).copy_(view_of(earlier[k]).narrow(0, static_cast<std::int64_t>(earlier[k].size[0]) - 1, 1));
    }
    view.narrow(0, static_cast<std::int64_t>(before), planes.size(1)).copy_(planes[static_cast<std::int64_t>(k)]);
  }
  earlier.clear();
  constexpr double kBeyond = std::numeric_limits<double>::infinity();
  const double low = done_ == 0 ? -kBeyond : static_cast<double>(done_) - 1;
  done_ += count;
  paint({.low = low, .high = done_ == size[0] ? kBeyond : static_cast<double>(done_) - 1});
}

// Of the native grid, that holds every voxel of the range that is not outside of the prepared grid.
image::Box NativeOutputs::box_of(const Range& range) const {
  const image::Affine back = map_.inverse();
  const image::Size& size = options_.prepared.size;
  std::array<double, 3> least{}, most{};
  for (unsigned corner = 0; corner < 8; ++corner) {
    image::Vector at{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double low = axis == 0 ? std::max(range.low, -1.0) : -1.0;
      const double end = static_cast<double>(size[axis]);
      at[axis] = (corner >> axis & 1U) == 0 ? low : (axis == 0 ? std::min(range.high, end) : end);
    }
    const image::Vector voxel = back.apply(at);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      least[axis] = corner == 0 ? voxel[axis] : std::min(least[axis], voxel[axis]);
      most[axis] = corner == 0 ? voxel[axis] : std::max(most[axis], voxel[axis]);
    }
  }
  image::Box box;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto last = static_cast<double>(options_.native.size[axis]);
    box.begin[axis] = static_cast<std::size_t>(std::clamp(std::floor(least[axis]) - 1, 0.0, last));
    box.end[axis] = static_cast<std::size_t>(std::clamp(std::ceil(most[axis]) + 2, 0.0, last));
  }
  return box;
}

void NativeOutputs::paint(const Range& range) {
  const image::Box box = box_of(range);
  const image::Size size = box.size();
  if (image::voxel_count(size) == 0) {
    return;
  }
  for (std::size_t first = 0; first < size[2]; first += kSlicesAtOnce) {
    const image::Size start{box.begin[0], box.begin[1], box.begin[2] + first};
    paint(part_of(options_.native, start, {size[0], size[1], std::min(kSlicesAtOnce, size[2] - first)}), start, range);
  }
}

void NativeOutputs::paint(const image::Grid& slab, const image::Size& start, const Range& range) {
  std::vector<image::Volume> values;
  for (const image::Volume& volume : band_) {
    values.push_back(image::resample_linear(volume, slab, image::Outside::kZero, options_.threads));
  }
  parallel_for(slab.size[2], options_.threads, [&](std::size_t k) {
    for (std::size_t j = 0; j < slab.size[1]; ++j) {
      const image::Vector row =
          map_.apply({static_cast<double>(start[0]), static_cast<double>(start[1] + j), static_cast<double>(start[2] + k)});
      const std::size_t from = values.front().index(0, j, k), to = labels_.index(start[0], start[1] + j, start[2] + k);
      for (std::size_t i = 0; i < slab.size[0]; ++i) {
        const double coordinate = row[0] + map_.matrix[0][0] * static_cast<double>(i);
        if (coordinate < range.low || coordinate >= range.high) {
          continue;
        }
        labels_.data[to + i] = static_cast<std::uint8_t>(decided(values, from + i, options_.painting));
        for (std::size_t n = 0; n < probabilities_.size(); ++n) {
          probabilities_[n].data[to + i] = values[options_.kept[n]].data[from + i];
        }
      }
    }
  });
}

} // namespace brainmvp::infer
