#include "simulate/render.h"

#include <algorithm>
#include <array>

namespace brainmvp::simulate {
namespace {

// A signal and how it answers to one standard deviation of each texture.
struct Response {
  float mean = 0, water = 0, iron = 0, own = 0;
};

std::array<Response, kTissueCount> responses(const TissueSignals& signals, const TissueTable& tissues, double own_gain) {
  std::array<Response, kTissueCount> table{};
  for (std::size_t i = 0; i < kTissueCount; ++i) {
    table[i] = {.mean = signals.mean[i],
                .water = signals.per_water[i],
                .iron = signals.per_iron[i],
                .own = signals.mean[i] * static_cast<float>(tissues[i].texture * own_gain)};
  }
  return table;
}

Response mean_of(const Octants& octants, const std::array<Response, kTissueCount>& table) {
  Response mean;
  for (const std::uint8_t tissue : octants) {
    const Response& one = table[tissue];
    mean.mean += 0.125F * one.mean;
    mean.water += 0.125F * one.water;
    mean.iron += 0.125F * one.iron;
    mean.own += 0.125F * one.own;
  }
  return mean;
}

} // namespace

image::Volume render(const Person& person, const TissueSignals& signals, const Texture& texture, Modality modality) {
  const std::array<Response, kTissueCount> table = responses(signals, person.tissues, own_texture_gain(modality));
  const float white_to_grey = signals.mean[index_of(Tissue::kCortex)] - signals.mean[index_of(Tissue::kWhiteMatter)];
  const OctantVolume& octants = person.octants;
  image::Volume volume{.size = octants.size, .affine = octants.affine, .data = std::vector<float>(octants.voxels())};
  for (std::size_t k = 0; k < octants.size[2]; ++k) {
    for (std::size_t j = 0; j < octants.size[1]; ++j) {
      const std::size_t first = octants.index(0, j, k);
      const std::span<const float> own = own_texture_row(texture, modality, j, k);
      for (std::size_t i = 0; i < octants.size[0]; ++i) {
        const std::size_t n = first + i;
        const Octants& eight = octants.data[n];
        const Response here = is_uniform(eight) ? table[eight[0]] : mean_of(eight, table);
        const float varied =
            here.mean + here.water * texture.water.data[n] + here.iron * texture.iron.data[n] + here.own * own[i];
        volume.data[n] = std::max(0.0F, varied + white_to_grey * texture.border.data[n]);
      }
    }
  }
  return volume;
}

} // namespace brainmvp::simulate
