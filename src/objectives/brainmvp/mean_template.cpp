#include "objectives/brainmvp/mean_template.h"

#include <algorithm>

#include "base/thread_pool.h"
#include "store/crop_placement.h"

namespace brainmvp::objectives {
namespace {

constexpr std::size_t kSlab = 8; // planes of i that one task averages

} // namespace

MeanTemplate mean_template(const store::Store& store, std::span<const std::size_t> positions, const std::string& modality,
                           const image::Size& crop, const image::Size& template_size, store::Intensities intensities,
                           std::size_t threads) {
  store::check_grid(crop, template_size);
  std::vector<const store::StoredStudy*> having;
  for (const std::size_t position : positions) {
    const store::StoredStudy& study = store.studies().at(position);
    if (std::ranges::find(study.modalities(), modality) != study.modalities().end()) {
      having.push_back(&study);
    }
  }
  const std::size_t plane = template_size[1] * template_size[2];
  MeanTemplate mean{.values = std::vector<float>(template_size[0] * plane), .studies = having.size()};
  if (having.empty()) {
    return mean;
  }
  parallel_for((template_size[0] + kSlab - 1) / kSlab, threads, [&](std::size_t slab) {
    const std::size_t first = slab * kSlab;
    const image::Size box{std::min(kSlab, template_size[0] - first), template_size[1], template_size[2]};
    std::vector<float> values(box[0] * plane);
    const std::span<float> sum = std::span(mean.values).subspan(first * plane, values.size());
    for (const store::StoredStudy* study : having) {
      const store::Start offset = store::grid_offset(study->size(), crop, template_size);
      study->copy_crop(modality, {static_cast<std::int64_t>(first) - offset[0], -offset[1], -offset[2]}, box, intensities,
                       values);
      std::ranges::transform(sum, values, sum.begin(), [](float a, float b) { return a + b; });
    }
    std::ranges::for_each(sum, [count = static_cast<float>(having.size())](float& value) { value /= count; });
  });
  return mean;
}

} // namespace brainmvp::objectives
