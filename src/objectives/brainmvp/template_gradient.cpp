#include "objectives/brainmvp/template_gradient.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>

#include "objectives/brainmvp/template_ties.h"
#include "runtime/ordered_sums.h"

namespace brainmvp::objectives {
namespace {

using at::Tensor;

// gradient += value where row equals extreme, shared equally among ties.
void add_to_all_ties(Tensor& gradient, const Tensor& row, const Tensor& extreme, const Tensor& value) {
  const Tensor ties = row.eq(extreme);
  gradient.add_(ties.to(gradient.scalar_type()).mul_(value / ties.sum()));
}

// The rows of the bank that samples use, each once, rising.
std::vector<std::int64_t> rows_of(const std::vector<std::int64_t>& geometry) {
  std::vector<std::int64_t> rows;
  for (std::size_t i = 0; i + 3 < geometry.size(); i += 4) {
    rows.push_back(geometry[i]);
  }
  std::ranges::sort(rows);
  const auto repeated = std::ranges::unique(rows);
  rows.erase(repeated.begin(), repeated.end());
  return rows;
}

// A sample's crop and what its gradient gives: d/dt, and through the extremes d/dlow = (c - 1) d/dt and d/dhigh = -c d/dt.
struct CropGradient {
  CropGradient(const std::int64_t* sample, const Tensor& gradient, const Tensor& crop, const Tensor& extremes)
      : row(sample[0]), start(sample + 1), low(extremes[0]), high(extremes[1]), inside(gradient / (high - low + kRangeEpsilon)),
        to_high(-ordered_sum(inside * crop)), to_low(-to_high - ordered_sum(inside)) {}

  std::int64_t row;
  const std::int64_t* start;
  Tensor low, high, inside, to_high, to_low;
};

// [rows, Ht, Wt, Dt], sparse along the first axis.
Tensor gradient_in_rows(const Tensor& templates, const std::vector<CropGradient>& crops, const std::vector<std::int64_t>& used,
                        const std::int64_t* size) {
  Tensor values = at::zeros({static_cast<std::int64_t>(used.size()), templates.size(1), templates.size(2), templates.size(3)},
                            templates.options());
  for (const CropGradient& crop : crops) {
    Tensor row_gradient = values[std::ranges::find(used, crop.row) - used.begin()];
    box_of(row_gradient, crop.start, size).add_(crop.inside);
    add_to_all_ties(row_gradient, templates[crop.row], crop.low, crop.to_low);
    add_to_all_ties(row_gradient, templates[crop.row], crop.high, crop.to_high);
  }
  const Tensor indices = at::tensor(used, at::kLong).unsqueeze(0).to(templates.device());
  return at::_sparse_coo_tensor_unsafe(indices, values, templates.sizes(), {}, {}, {}, {}, /*is_coalesced=*/true);
}

// Numbers the planes that have a gradient: those of the crops, and those that hold an extreme.
class UsedPlanes {
public:
  UsedPlanes(const std::vector<std::int64_t>& used, std::int64_t height)
      : rows_(used), height_(height), place_(used.size(), std::vector<std::int64_t>(static_cast<std::size_t>(height), -1)) {}

  void add(std::int64_t row, std::int64_t plane) { of(row)[static_cast<std::size_t>(plane)] = 0; }

  // After all are added: their indices, [2, n], ascending.
  Tensor number() {
    std::vector<std::int64_t> rows, planes;
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      for (std::int64_t plane = 0; plane < height_; ++plane) {
        std::int64_t& place = place_[row][static_cast<std::size_t>(plane)];
        if (place == 0) {
          place = static_cast<std::int64_t>(rows.size());
          rows.push_back(rows_[row]);
          planes.push_back(plane);
        }
      }
    }
    return at::stack({at::tensor(rows, at::kLong), at::tensor(planes, at::kLong)});
  }

  // The place of each plane of a row in that order.
  std::vector<std::int64_t>& of(std::int64_t row) {
    return place_[static_cast<std::size_t>(std::ranges::find(rows_, row) - rows_.begin())];
  }

private:
  std::vector<std::int64_t> rows_;
  std::int64_t height_;
  std::vector<std::vector<std::int64_t>> place_;
};

// The same, sparse along the first two axes, on a CPU. extremes: [crops, 2, Ht], plane_extremes of the crops' rows.
Tensor gradient_in_planes(const Tensor& templates, const std::vector<CropGradient>& crops, const std::vector<std::int64_t>& used,
                          const Tensor& extremes, const std::int64_t* size) {
  UsedPlanes planes(used, templates.size(1));
  std::vector<std::array<std::vector<std::int64_t>, 2>> ties;
  for (const CropGradient& crop : crops) {
    const Tensor own = extremes[static_cast<std::int64_t>(ties.size())];
    ties.push_back({planes_with(own[0], crop.low), planes_with(own[1], crop.high)});
    for (const std::vector<std::int64_t>& holding : ties.back()) {
      std::ranges::for_each(holding, [&](std::int64_t plane) { planes.add(crop.row, plane); });
    }
    for (std::int64_t plane = 0; plane < size[0]; ++plane) {
      planes.add(crop.row, crop.start[0] + plane);
    }
  }
  const Tensor indices = planes.number();
  Tensor values = at::zeros({indices.size(1), templates.size(2), templates.size(3)}, templates.options());
  for (std::size_t i = 0; i < crops.size(); ++i) {
    const CropGradient& crop = crops[i];
    const std::vector<std::int64_t>& place = planes.of(crop.row);
    const std::array<std::int64_t, 3> start{place[static_cast<std::size_t>(crop.start[0])], crop.start[1], crop.start[2]};
    box_of(values, start.data(), size).add_(crop.inside);
    add_to_ties(values, place, templates[crop.row], ties[i][0], crop.low, crop.to_low);
    add_to_ties(values, place, templates[crop.row], ties[i][1], crop.high, crop.to_high);
  }
  return at::_sparse_coo_tensor_unsafe(indices, values, templates.sizes(), {}, {}, {}, {}, /*is_coalesced=*/true);
}

} // namespace

Tensor box_of(const Tensor& volume, const std::int64_t* start, const std::int64_t* size) {
  return volume.narrow(0, start[0], size[0]).narrow(1, start[1], size[1]).narrow(2, start[2], size[2]);
}

Tensor bank_gradient(const Tensor& templates, const CropRecord& crops, const Tensor& gradient) {
  const std::int64_t batch = crops.values.size(0);
  const std::int64_t* size = crops.geometry.data() + 4 * batch;
  std::vector<CropGradient> parts;
  for (std::int64_t b = 0; b < batch; ++b) {
    parts.emplace_back(crops.geometry.data() + 4 * b, gradient[b][0], crops.values[b][0], crops.extremes[b]);
  }
  const std::vector<std::int64_t> used = rows_of(crops.geometry);
  return crops.planes.defined() ? gradient_in_planes(templates, parts, used, crops.planes, size)
                                : gradient_in_rows(templates, parts, used, size);
}

} // namespace brainmvp::objectives
