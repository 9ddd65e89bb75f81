#include "infer/filling.h"

#include <ATen/ops/zeros.h>

#include "infer/boxes.h"
#include "infer/sizing.h"
#include "store/crop_placement.h"

namespace brainmvp::infer {

torch::Tensor template_part(const model::ModelDescription& description, std::size_t channel, const image::Size& volume,
                            const store::Start& start, const image::Size& size) {
  const auto side = [](std::size_t voxels) { return static_cast<std::int64_t>(voxels); };
  torch::Tensor part = at::zeros({side(size[0]), side(size[1]), side(size[2])});
  if (!description.has_template.at(channel)) {
    return part;
  }
  const torch::Tensor learned = description.templates[side(channel)];
  const image::Size grid{static_cast<std::size_t>(learned.size(0)), static_cast<std::size_t>(learned.size(1)),
                         static_cast<std::size_t>(learned.size(2))};
  store::Start place = store::grid_offset(volume, description.window, grid);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    place[axis] += start[axis];
  }
  copy_box(learned, place, part);
  return part;
}

torch::Tensor sized_template(const model::ModelDescription& description, std::size_t channel, const image::Size& volume) {
  if (description.sizing == model::Sizing::kResize) {
    const torch::Tensor part = template_part(description, channel, volume, {0, 0, 0}, volume);
    return size_volume(part.unsqueeze(0), description.window, model::Sizing::kResize).squeeze(0);
  }
  store::Start start{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    start[axis] = (static_cast<std::int64_t>(volume[axis]) - static_cast<std::int64_t>(description.window[axis])) / 2;
  }
  return template_part(description, channel, volume, start, description.window);
}

} // namespace brainmvp::infer
