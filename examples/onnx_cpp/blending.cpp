#include "blending.h"

#include <algorithm>
#include <cmath>

#include "image/windows.h"

namespace example {
namespace {

std::vector<Start> all_starts(const Size& size, const Size& window, double overlap) {
  std::vector<Start> starts;
  for (const std::int64_t i : brainmvp::image::window_starts(size[0], window[0], overlap)) {
    for (const std::int64_t j : brainmvp::image::window_starts(size[1], window[1], overlap)) {
      for (const std::int64_t k : brainmvp::image::window_starts(size[2], window[2], overlap)) {
        starts.push_back({i, j, k});
      }
    }
  }
  return starts;
}

std::vector<float> weights_of(const Size& window, const Json& blending) {
  std::vector<float> weights;
  const auto factor = [&](std::size_t at, std::size_t axis) {
    const auto side = static_cast<double>(window.at(axis));
    const double sigma = blending.at("sigma_of_window").get<double>() * side;
    const double distance = static_cast<double>(at) - (side - 1) / 2;
    return std::exp(-distance * distance / (2 * sigma * sigma));
  };
  for (std::size_t h = 0; h < window[0]; ++h) {
    for (std::size_t w = 0; w < window[1]; ++w) {
      for (std::size_t d = 0; d < window[2]; ++d) {
        const double weight = factor(h, 0) * factor(w, 1) * factor(d, 2);
        weights.push_back(static_cast<float>(std::max(weight, blending.at("least_weight").get<double>())));
      }
    }
  }
  return weights;
}

// Logits [K, voxels] become probabilities.
void activate(std::vector<float>& values, std::size_t outputs, bool softmax) {
  const std::size_t voxels = values.size() / outputs;
  for (std::size_t voxel = 0; voxel < voxels; ++voxel) {
    float largest = values[voxel];
    for (std::size_t k = 1; k < outputs; ++k) {
      largest = std::max(largest, values[k * voxels + voxel]);
    }
    float sum = 0;
    for (std::size_t k = 0; k < outputs; ++k) {
      float& value = values[k * voxels + voxel];
      value = softmax ? std::exp(value - largest) : 1 / (1 + std::exp(-value));
      sum += value;
    }
    for (std::size_t k = 0; softmax && k < outputs; ++k) {
      values[k * voxels + voxel] /= sum;
    }
  }
}

} // namespace

std::vector<Volume> blended(const Study& study, const Json& record, Network& network) {
  const std::vector<std::size_t> sides = record.at("blending").at("window");
  const Size window{sides[0], sides[1], sides[2]};
  const std::vector<float> bounds = record.at("input").at("bounds");
  const bool softmax = record.at("output").at("activation") == "softmax";
  const Volume& first = study.prepared.volumes.front();
  Volume sums{.size = first.size, .affine = first.affine, .data = std::vector<float>(first.data.size())};
  std::vector<Volume> probabilities(record.at("output").at("outputs").size(), sums);
  const std::vector<Start> starts = all_starts(first.size, window, record.at("blending").at("overlap"));
  const std::vector<float> weights = weights_of(window, record.at("blending"));
  for (const Start& start : starts) {
    for_overlap(window, start, first.size, [&](std::size_t voxel, std::size_t i, std::size_t j, std::size_t k) {
      sums.data[sums.index(i, j, k)] += weights[voxel];
    });
  }
  for (const Start& start : starts) {
    std::vector<float> input = input_at(study, window, start, bounds[0], bounds[1]);
    std::vector<float> values = network.logits(input);
    activate(values, probabilities.size(), softmax);
    for_overlap(window, start, first.size, [&](std::size_t voxel, std::size_t i, std::size_t j, std::size_t k) {
      const std::size_t at = sums.index(i, j, k);
      for (std::size_t output = 0; output < probabilities.size(); ++output) {
        probabilities[output].data[at] += values[output * weights.size() + voxel] * weights[voxel] / sums.data[at];
      }
    });
  }
  return probabilities;
}

} // namespace example
