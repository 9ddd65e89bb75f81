// A study as the network sees it.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "image/volume.h"
#include "store/prepare.h"
#include "store/store.h"

namespace example {

using brainmvp::image::Size;
using brainmvp::image::Volume;
using brainmvp::store::Start;
using Json = nlohmann::json;

// A channel of the network: a volume of the study, or a template that stands for it.
struct Channel {
  const Volume* values = nullptr; // nothing: zeros
  Start offset{0, 0, 0};          // where the study's first voxel lies in them
};

struct Study {
  brainmvp::store::PreparedStudy prepared;
  std::vector<Volume> templates;
  std::vector<Channel> channels;
};

// `images`: MODALITY=FILE each. `folder`: of the export, whose brainmvp.json is `record`. Throws brainmvp::Error.
Study prepared_study(const std::filesystem::path& folder, const Json& record, const std::vector<std::string>& images);

// The input of the window at `start` of the study, [C, h, w, d] with the last axis fastest, bounded to low and high.
std::vector<float> input_at(const Study& study, const Size& window, const Start& start, float low, float high);

// Calls visit(voxel of the window, i, j, k of the volume) for what a window at `start` has inside a volume of `size`.
template <class Visit>
void for_overlap(const Size& window, const Start& start, const Size& size, const Visit& visit) {
  std::size_t voxel = 0;
  const auto inside = [&size](std::int64_t at, std::size_t axis) {
    return at >= 0 && at < static_cast<std::int64_t>(size[axis]);
  };
  for (std::size_t h = 0; h < window[0]; ++h) {
    for (std::size_t w = 0; w < window[1]; ++w) {
      for (std::size_t d = 0; d < window[2]; ++d, ++voxel) {
        const std::array<std::int64_t, 3> at{start[0] + static_cast<std::int64_t>(h), start[1] + static_cast<std::int64_t>(w),
                                             start[2] + static_cast<std::int64_t>(d)};
        if (inside(at[0], 0) && inside(at[1], 1) && inside(at[2], 2)) {
          visit(voxel, static_cast<std::size_t>(at[0]), static_cast<std::size_t>(at[1]), static_cast<std::size_t>(at[2]));
        }
      }
    }
  }
}

} // namespace example
