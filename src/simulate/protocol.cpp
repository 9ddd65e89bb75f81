#include "simulate/protocol.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace brainmvp::simulate {
namespace {

constexpr double kFastEchoFatGain = 1.3;   // J-coupling is broken by trains of pulses
constexpr double kSuppressedFat = 0.05;    // what fat suppression leaves
constexpr double kFlowVoid = 0.12;         // of blood that leaves the slice between excitation and echo
constexpr double kFlowVoidEnhanced = 0.75; // its T1 is short then, and slow veins refocus
constexpr double kInflowPulses = 4;        // excitations of arterial blood on its way to the middle of a slab
constexpr double kContrastDose = 1;

double between(double low, double high, RandomStream& stream) { return low + (high - low) * stream.uniform(); }

Sequence draw_t1(FieldStrength field, bool volumetric, RandomStream& stream) {
  const double choice = stream.uniform();
  if (volumetric || choice < 0.6) {
    return Mprage{.tr_ms = between(1900, 2400, stream),
                  .ti_ms = between(850, 1000, stream),
                  .spacing_ms = between(6.5, 7.5, stream),
                  .te_ms = between(2.5, 3.5, stream),
                  .flip_deg = between(8, 10, stream),
                  .pulses = 176};
  }
  if (choice < 0.85) {
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
  const double ti_ms = null_inversion_time_ms(tr_ms, train_ms, csf_t1_ms) * between(0.97, 1.03, stream);
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

struct NoiseRange {
  double low, high;
};
NoiseRange noise_of(Modality modality) {
  switch (modality) {
  case Modality::kFlair:
  case Modality::kT2:
    return {.low = 0.02, .high = 0.05};
  case Modality::kDwi:
  case Modality::kAdc:
  case Modality::kMra:
    return {.low = 0.03, .high = 0.06};
  default:
    return {.low = 0.01, .high = 0.03};
  }
}

double signal_of(const Protocol& protocol, const TissueParameters& tissue) {
  const TissueParameters seen = protocol.modality == Modality::kT1c
                                    ? with_contrast(tissue, protocol.field == FieldStrength::k3T ? 4.0 : 4.3, kContrastDose)
                                    : tissue;
  if (protocol.modality == Modality::kMra && tissue.arterial) {
    const auto& sequence = std::get<SpoiledGradientEcho>(protocol.sequence);
    return inflow_signal(sequence, seen, kInflowPulses);
  }
  double value = std::visit([&seen](const auto& sequence) { return signal(sequence, seen); }, protocol.sequence);
  const bool echo_train = protocol.modality == Modality::kT2 || protocol.modality == Modality::kPd ||
                          protocol.modality == Modality::kFlair || protocol.modality == Modality::kT1Ir;
  const bool diffusion = std::holds_alternative<DiffusionSpinEcho>(protocol.sequence);
  if (tissue.fat) {
    value *= echo_train ? kFastEchoFatGain : diffusion ? kSuppressedFat : 1.0;
  }
  if (tissue.flows && (echo_train || diffusion || std::holds_alternative<SpinEcho>(protocol.sequence))) {
    value *= protocol.modality == Modality::kT1c ? kFlowVoidEnhanced : kFlowVoid;
  }
  return value;
}

SignalTable relative_table(const Protocol& protocol, const TissueTable& tissues, double unit) {
  SignalTable table{};
  for (std::size_t i = 0; i < kTissueCount; ++i) {
    table[i] = static_cast<float>(signal_of(protocol, tissues[i]) / unit);
  }
  return table;
}

Protocol unweighted(Protocol protocol) {
  if (auto* diffusion = std::get_if<DiffusionSpinEcho>(&protocol.sequence)) {
    diffusion->b = 0;
  }
  return protocol;
}

const TissueParameters& white(const TissueTable& tissues) { return tissues[index_of(Tissue::kWhiteMatter)]; }

std::string number(double value) { return shortest(std::round(value * 10) / 10); }

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
  const bool mostly_slices = modality == Modality::kFlair || modality == Modality::kT2 || modality == Modality::kPd;
  const double choice = stream.uniform();
  const double thickness_mm = between(2, 5, stream);
  const bool slices = !volumetric && !std::holds_alternative<Mprage>(protocol.sequence) && choice < (mostly_slices ? 0.6 : 0.3);
  protocol.thickness_mm = slices ? thickness_mm : 1;
  return protocol;
}

SignalTable signal_table(const Protocol& protocol, const TissueTable& tissues) {
  const Protocol seen = protocol.modality == Modality::kAdc ? unweighted(protocol) : protocol;
  return relative_table(seen, tissues, signal_of(seen, white(tissues)));
}

SignalTable weighted_table(const Protocol& protocol, const TissueTable& tissues) {
  return relative_table(protocol, tissues, signal_of(unweighted(protocol), white(tissues)));
}

std::string describe(const Protocol& protocol) {
  struct Describer {
    std::string operator()(const SpinEcho& s) const { return "SE TR " + number(s.tr_ms) + " TE " + number(s.te_ms); }
    std::string operator()(const InversionRecovery& s) const {
      return "IR TR " + number(s.tr_ms) + " TI " + number(s.ti_ms) + " TE " + number(s.te_ms);
    }
    std::string operator()(const SpoiledGradientEcho& s) const {
      return "GRE TR " + number(s.tr_ms) + " TE " + number(s.te_ms) + " flip " + number(s.flip_deg);
    }
    std::string operator()(const Mprage& s) const {
      return "MPRAGE TR " + number(s.tr_ms) + " TI " + number(s.ti_ms) + " TE " + number(s.te_ms) + " flip " + number(s.flip_deg);
    }
    std::string operator()(const DiffusionSpinEcho& s) const {
      return "DWI TR " + number(s.tr_ms) + " TE " + number(s.te_ms) + " b " + number(s.b);
    }
  };
  return std::visit(Describer{}, protocol.sequence);
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
