#include <array>
#include <cmath>

#include "simulate/draws.h"
#include "simulate/protocol.h"

namespace brainmvp::simulate {
namespace {

// Of the time that nulls CSF: common settings are 9000/2500 ms (1.04), a real header had 12000/2850 ms (1.08).
constexpr std::array<double, 2> kFlairTi{0.98, 1.09};

Sequence draw_t1(FieldStrength field, bool volumetric, RandomStream& stream) {
  const double choice = stream.uniform();
  if (volumetric || choice < 0.5) {
    return Mprage{.tr_ms = between(1900, 2400, stream),
                  .ti_ms = between(850, 930, stream),
                  .spacing_ms = between(6.5, 7.5, stream),
                  .te_ms = between(2.5, 3.5, stream),
                  .flip_deg = between(8, 10, stream),
                  .pulses = 176};
  }
  if (field == FieldStrength::k3T && choice < 0.75) { // spin echoes show too little contrast at 3 T without an inversion
    return InversionRecovery{.tr_ms = between(1900, 2200, stream),
                             .ti_ms = between(900, 980, stream),
                             .te_ms = between(10, 22, stream),
                             .train_ms = 100};
  }
  if (choice < 0.88) {
    return field == FieldStrength::k3T ? SpoiledGradientEcho{.tr_ms = between(8, 12, stream),
                                                             .te_ms = between(3, 4, stream),
                                                             .flip_deg = between(18, 22, stream)}
                                       : SpoiledGradientEcho{.tr_ms = between(20, 28, stream),
                                                             .te_ms = between(4, 6, stream),
                                                             .flip_deg = between(25, 35, stream)};
  }
  return SpinEcho{.tr_ms = between(480, 650, stream), .te_ms = between(9, 14, stream)};
}

Sequence draw_flair(FieldStrength field, RandomStream& stream) {
  const double tr_ms = between(8500, 11000, stream);
  const double train_ms = between(250, 400, stream);
  const double csf_t1_ms = standard_tissues(field)[index_of(Tissue::kCsf)].t1_ms;
  const double ti_ms = null_inversion_time_ms(tr_ms, train_ms, csf_t1_ms) * between(kFlairTi[0], kFlairTi[1], stream);
  return InversionRecovery{.tr_ms = tr_ms, .ti_ms = ti_ms, .te_ms = between(115, 140, stream), .train_ms = train_ms};
}

Sequence draw_sequence(Modality modality, FieldStrength field, bool volumetric, RandomStream& stream) {
  switch (modality) {
  case Modality::kFlair:
    return draw_flair(field, stream);
  case Modality::kT2:
    return SpinEcho{.tr_ms = between(5000, 8000, stream), .te_ms = between(95, 120, stream)};
  case Modality::kPd:
    return SpinEcho{.tr_ms = between(2600, 3600, stream), .te_ms = between(10, 18, stream)};
  case Modality::kMra:
    return SpoiledGradientEcho{
        .tr_ms = between(20, 26, stream), .te_ms = between(3.4, 5, stream), .flip_deg = between(17, 22, stream)};
  case Modality::kDwi:
  case Modality::kAdc:
    return DiffusionSpinEcho{
        .tr_ms = between(6000, 9000, stream), .te_ms = between(60, 85, stream), .b = stream.uniform() < 0.3 ? 800.0 : 1000.0};
  case Modality::kT1Ir:
    return InversionRecovery{.tr_ms = 4416, .ti_ms = 400, .te_ms = 15, .train_ms = 100};
  default:
    return draw_t1(field, volumetric, stream);
  }
}

// Before interpolation. In real images what smoothing takes away in white matter is 0.6 to 1 % in interpolated T1, 2 % in T1 as
// scanned, 2 to 5 % in T2, 3 to 5 % in FLAIR and 2 % in DWI.
struct NoiseRange {
  double low, high;
};
NoiseRange noise_of(Modality modality) {
  switch (modality) {
  case Modality::kFlair:
    return {.low = 0.04, .high = 0.07};
  case Modality::kT2:
    return {.low = 0.05, .high = 0.08};
  case Modality::kDwi:
  case Modality::kAdc:
    return {.low = 0.02, .high = 0.04};
  case Modality::kMra:
    return {.low = 0.03, .high = 0.06};
  default:
    return {.low = 0.01, .high = 0.02};
  }
}

// How often images come in slices. At 3 T FLAIR is mostly three-dimensional (MAGNIMS, CMSC and NAIMS 2021 ask for that).
double slices_share(Modality modality, FieldStrength field) {
  switch (modality) {
  case Modality::kFlair:
    return field == FieldStrength::k3T ? 0.35 : 0.6;
  case Modality::kT2:
  case Modality::kPd:
    return 0.6;
  default:
    return 0.3;
  }
}

} // namespace

Protocol draw_protocol(Modality modality, FieldStrength field, bool volumetric, RandomStream& stream) {
  Protocol protocol{.modality = modality,
                    .sequence = draw_sequence(modality, field, volumetric, stream),
                    .field = field,
                    .noise = 0,
                    .scale = 1000,
                    .thickness_mm = 1};
  const NoiseRange noise = noise_of(modality);
  protocol.noise = between(noise.low, noise.high, stream) * (field == FieldStrength::k15T ? 1.3 : 1.0);
  protocol.scale = std::exp(between(std::log(150.0), std::log(1500.0), stream));
  const double share = slices_share(modality, field);
  const double choice = stream.uniform();
  const double thickness_mm = between(2, 5, stream);
  const bool slices = !volumetric && !std::holds_alternative<Mprage>(protocol.sequence) && choice < share;
  protocol.thickness_mm = slices ? thickness_mm : 1;
  return protocol;
}

TissueTable draw_tissues(FieldStrength field, RandomStream& stream) {
  TissueTable tissues = standard_tissues(field);
  for (std::size_t i = 0; i < kTissueCount; ++i) {
    const double spread = is_lesion(static_cast<Tissue>(i)) ? 0.10 : 0.015;
    const auto vary = [&](double& value, double share) { value *= std::exp(share * stream.normal()); };
    vary(tissues[i].t1_ms, spread);
    vary(tissues[i].t2_ms, spread);
    vary(tissues[i].t2star_ms, spread);
    vary(tissues[i].adc, spread);
    vary(tissues[i].contrast_mm, 2 * spread);
  }
  return tissues;
}

} // namespace brainmvp::simulate
