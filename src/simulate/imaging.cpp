#include "simulate/imaging.h"

#include <algorithm>
#include <cmath>

#include "simulate/acquisition.h"
#include "simulate/brain_mask.h"
#include "simulate/render.h"

namespace brainmvp::simulate {
namespace {

constexpr double kSmallestSignal = 0.1; // of white matter; ADC of less is that of noise

// Of the coil's sensitivity. A real head at 3 T had 0.84 to 1.09 in T1, 0.96 to 1.10 in T2 and 0.89 to 1.21 in FLAIR (deep brain,
// 1st to 99th percentile, by N4).
constexpr double kBias3T = 0.07;
constexpr double kBias15T = 0.045;

constexpr double kInterpolated = 0.54; // of noise: what linear interpolation leaves in the mean over offsets, (2/3)^(3/2)

RandomStream new_stream(const StudySpec& spec, std::string_view purpose) { return {spec.seed, spec.number, text_key(purpose)}; }

image::LabelVolume make_mask(const StudySpec& spec, const Person& person) {
  RandomStream stream = new_stream(spec, "stripping");
  return spec.stripped ? brain_mask(person.octants, spec.voxel_mm < 1.5 ? 1 + static_cast<int>(stream.below(3)) : 0)
                       : image::LabelVolume{};
}

// The grid with slices of `thickness_mm` that covers the same space.
image::Grid thick_slices(const image::Grid& grid, double thickness_mm) {
  const double spacing = grid.affine.spacing_mm()[2];
  const double ratio = thickness_mm / spacing;
  image::Grid thick = grid;
  thick.size[2] = static_cast<std::size_t>(std::ceil(static_cast<double>(grid.size[2]) / ratio)) + 1;
  for (std::size_t row = 0; row < 3; ++row) {
    thick.affine.matrix[row][2] *= ratio;
  }
  return thick;
}

int samples_for(const image::Grid& grid, double voxel_mm) {
  return std::max(1, static_cast<int>(std::lround(grid.affine.spacing_mm()[2] / voxel_mm)));
}

} // namespace

Imaging::Imaging(const StudySpec& spec, const Person& person)
    : spec_(spec), person_(person), extent_(extent_of(person.octants)),
      texture_(draw_texture(person, new_stream(spec, "water"), new_stream(spec, "iron"))), mask_(make_mask(spec, person)) {
  if (spec.stripped && spec.registered) {
    const TargetGrid& target = spec.images.front().target;
    common_ = sample_nearest(mask_, grid_of_part(target.grid, part_of(target)), to_person(target));
  }
}

GridPart Imaging::part_of(const TargetGrid& target) const {
  return spec_.stripped ? part_within(target.grid, to_person(target), extent_) : whole_of(target.grid);
}

RandomStream Imaging::stream(std::string_view purpose, Modality modality, std::uint64_t channel) const {
  return {spec_.seed, spec_.number, text_key(purpose), text_key(name_of(modality)), channel};
}

Protocol Imaging::protocol(Modality modality) const {
  const Modality family = modality == Modality::kT1c ? Modality::kT1 : modality == Modality::kAdc ? Modality::kDwi : modality;
  RandomStream of_family = stream("protocol", family);
  Protocol protocol = draw_protocol(family, spec_.field, spec_.volumetric, of_family);
  protocol.modality = modality;
  RandomStream own = stream("scale", modality);
  protocol.scale *= std::exp(0.2 * own.normal());
  return protocol;
}

image::Volume Imaging::noisy(const image::Volume& clean, const TargetGrid& target, const Protocol& protocol,
                             std::uint64_t channel) const {
  const Modality family = protocol.modality == Modality::kAdc ? Modality::kDwi : protocol.modality;
  RandomStream place_stream = stream("place", family);
  const image::Affine misplacement = draw_misplacement(spec_.registered ? 0.15 : 0.5, spec_.registered ? 0.2 : 0.6, place_stream);
  const image::Affine place = misplacement.after(to_person(target));
  RandomStream bias_stream = stream("bias", family);
  const double strength = (spec_.field == FieldStrength::k3T ? kBias3T : kBias15T) * (0.6 + 0.8 * bias_stream.uniform());
  const Lattice bias = draw_bias(extent_, strength, bias_stream);
  const double noise = protocol.noise * (spec_.registered ? kInterpolated : 1);
  const auto scan = [&](const image::Grid& grid) {
    image::Volume image = sample(clean, grid, place, samples_for(grid, spec_.voxel_mm));
    multiply(image, bias, place);
    add_rician_noise(image.data, static_cast<float>(noise), stream("noise", protocol.modality, channel));
    return image;
  };
  const image::Grid& grid = target.grid;
  if (!spec_.registered) {
    return scan(grid);
  }
  const bool slices = protocol.thickness_mm > 1.5 * grid.affine.spacing_mm()[2];
  return slices ? sample(scan(thick_slices(grid, protocol.thickness_mm)), grid, {}) : scan(grid);
}

image::Volume Imaging::acquire(const ImageRequest& request, const Protocol& protocol) const {
  const GridPart part = part_of(request.target); // where all else becomes 0, what holds the person is enough
  const TargetGrid target{.grid = grid_of_part(request.target.grid, part), .centre_mm = request.target.centre_mm};
  const auto seen = [&](const TissueSignals& signals) { return render(person_, signals, texture_, protocol.modality); };
  image::Volume image = noisy(seen(tissue_signals(protocol, person_.tissues)), target, protocol, 0);
  if (protocol.modality == Modality::kAdc) {
    const image::Volume weighted = noisy(seen(weighted_signals(protocol, person_.tissues)), target, protocol, 1);
    const double b = std::get<DiffusionSpinEcho>(protocol.sequence).b;
    for (std::size_t n = 0; n < image.data.size(); ++n) {
      const double s0 = static_cast<double>(image.data[n]);
      const double sb = std::max(1e-3, static_cast<double>(weighted.data[n]));
      image.data[n] = s0 < kSmallestSignal ? 0 : static_cast<float>(1e6 * std::log(s0 / sb) / b * spec_.adc_unit);
    }
  } else {
    for (float& value : image.data) {
      value *= static_cast<float>(protocol.scale);
    }
  }
  strip(image, target);
  return spec_.stripped ? put_back(image, request.target.grid, part) : image;
}

void Imaging::strip(image::Volume& image, const TargetGrid& target) const {
  if (mask_.data.empty()) {
    return;
  }
  const bool common = !common_.data.empty();
  const image::LabelVolume own = common ? image::LabelVolume{} : sample_nearest(mask_, target.grid, to_person(target));
  const image::LabelVolume& mask = common ? common_ : own;
  for (std::size_t n = 0; n < image.data.size(); ++n) {
    image.data[n] = mask.data[n] != 0 ? image.data[n] : 0;
  }
}

} // namespace brainmvp::simulate
