#include "simulate/spread.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>

#include "simulate/shapes.h"

namespace brainmvp::simulate {
namespace {

constexpr double kBeyond = 12; // resistance past the edge up to which it is known

using Index = std::array<std::ptrdiff_t, 3>;

Lattice lattice_over(const TissueVolume& head) {
  return {
      {.low_mm = position_of(head, 0, 0, 0), .high_mm = position_of(head, head.size[0] - 1, head.size[1] - 1, head.size[2] - 1)},
      head.affine.matrix[0][0]};
}

// Paths from the start outwards, the nearest end first.
class Front {
public:
  Front(const TissueVolume& head, const Infiltration& infiltration)
      : head_(head), infiltration_(infiltration), effort_(head.data.size(), std::numeric_limits<double>::infinity()) {
    for (std::size_t voxel = 0; voxel < effort_.size(); ++voxel) {
      if (infiltration.starts_in(place(voxel))) {
        effort_[voxel] = 0;
        queue_.emplace(0, voxel);
      }
    }
  }

  // Gives the effort of the whole volume.
  double run() {
    const double voxel_ml = std::pow(head_.affine.matrix[0][0], 3) / 1000;
    double reached_ml = 0;
    double reach = std::numeric_limits<double>::infinity();
    double last = 0;
    while (!queue_.empty()) {
      const auto [effort, voxel] = queue_.top();
      queue_.pop();
      if (effort > effort_[voxel]) {
        continue; // a shorter path was found
      }
      if (effort > reach + kBeyond) {
        break;
      }
      last = effort;
      if (effort > 0 && infiltration_.takes(tissue_at(head_, voxel))) {
        reached_ml += voxel_ml;
        reach = reached_ml >= infiltration_.volume_ml && std::isinf(reach) ? effort : reach;
      }
      go_on(effort, voxel);
    }
    return std::isinf(reach) ? last : reach;
  }

  [[nodiscard]] double effort(std::size_t voxel) const { return effort_[voxel]; }

private:
  [[nodiscard]] Vector place(std::size_t voxel) const {
    return position_of(head_, voxel % head_.size[0], voxel / head_.size[0] % head_.size[1],
                       voxel / (head_.size[0] * head_.size[1]));
  }

  void go_on(double effort, std::size_t voxel) {
    const Index at{static_cast<std::ptrdiff_t>(voxel % head_.size[0]),
                   static_cast<std::ptrdiff_t>(voxel / head_.size[0] % head_.size[1]),
                   static_cast<std::ptrdiff_t>(voxel / (head_.size[0] * head_.size[1]))};
    for (int step = 0; step < 27; ++step) {
      const Index move{step % 3 - 1, step / 3 % 3 - 1, step / 9 - 1};
      const Index next{at[0] + move[0], at[1] + move[1], at[2] + move[2]};
      bool inside = step != 13;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        inside = inside && next[axis] >= 0 && next[axis] < static_cast<std::ptrdiff_t>(head_.size[axis]);
      }
      if (!inside) {
        continue;
      }
      const std::size_t there =
          head_.index(static_cast<std::size_t>(next[0]), static_cast<std::size_t>(next[1]), static_cast<std::size_t>(next[2]));
      const double length_mm =
          head_.affine.matrix[0][0] * std::sqrt(static_cast<double>(move[0] * move[0] + move[1] * move[1] + move[2] * move[2]));
      const double sum = effort + length_mm * infiltration_.resistance(place(there), tissue_at(head_, there));
      if (sum < effort_[there]) {
        effort_[there] = sum;
        queue_.emplace(sum, there);
      }
    }
  }

  using End = std::pair<double, std::size_t>;
  const TissueVolume& head_;
  const Infiltration& infiltration_;
  std::vector<double> effort_;
  std::priority_queue<End, std::vector<End>, std::greater<>> queue_;
};

} // namespace

Spread::Spread(const Scout& scout, const Infiltration& infiltration) : depth_(lattice_over(scout.coarse())) {
  const TissueVolume& head = scout.coarse();
  Front front(head, infiltration);
  reach_ = front.run();
  std::ranges::fill(depth_.values(), static_cast<float>(-kBeyond));
  box_ = {.low_mm = {1e9, 1e9, 1e9}, .high_mm = {-1e9, -1e9, -1e9}};
  for (std::size_t k = 0; k < head.size[2]; ++k) {
    for (std::size_t j = 0; j < head.size[1]; ++j) {
      for (std::size_t i = 0; i < head.size[0]; ++i) {
        const double depth = std::max(-kBeyond, reach_ - front.effort(head.index(i, j, k)));
        depth_.values()[i + depth_.size()[0] * (j + depth_.size()[1] * k)] = static_cast<float>(depth);
        if (depth >= -kEdge) {
          const Vector p = position_of(head, i, j, k);
          for (std::size_t axis = 0; axis < 3; ++axis) {
            box_.low_mm[axis] = std::min(box_.low_mm[axis], p[axis] - depth_.spacing_mm());
            box_.high_mm[axis] = std::max(box_.high_mm[axis], p[axis] + depth_.spacing_mm());
          }
        }
      }
    }
  }
}

} // namespace brainmvp::simulate
