#include "simulate/protocol.h"

#include <cmath>

#include "base/text.h"

namespace brainmvp::simulate {
namespace {

constexpr double kFastEchoFatGain = 1.3;   // J-coupling is broken by trains of pulses
constexpr double kSuppressedFat = 0.05;    // what fat suppression leaves
constexpr double kFlowVoid = 0.12;         // of blood that leaves the slice between excitation and echo
constexpr double kFlowVoidEnhanced = 0.75; // its T1 is short then, and slow veins refocus
constexpr double kInflowPulses = 2;        // excitations of arterial blood on its way to the middle of a slab
constexpr double kTransferred = 0.72;      // what magnetisation transfer leaves of brain, muscle and skin in angiograms
constexpr double kFreeWaterT2 = 200;       // ms; nothing is bound in fluid
constexpr double kContrastDose = 1;

// From white matter of three real heads, deeper than 2 mm: deviation 5.5 to 8.8 % in T1, 12 to 15 % in T2 and 9 to 11 % in FLAIR;
// T1 correlates with T2 by -0.3 to -0.5 and with FLAIR by -0.3 to -0.5, T2 with FLAIR by 0.6 to 0.7 (differences of Gaussian
// means of 1 and 4 mm).
constexpr Variation kWater{.t1 = 0.068, .t2 = 0.027, .t2star = 0.027, .density = 0.01, .adc = 0.03};
constexpr Variation kIron{.t1 = 0, .t2 = 0.044, .t2star = 0.06, .density = 0, .adc = 0};

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
  if (protocol.modality == Modality::kMra && !tissue.flows && !tissue.fat && tissue.t2_ms < kFreeWaterT2) {
    value *= kTransferred;
  }
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

TissueTable varied(TissueTable tissues, const Variation& variation, double deviations) {
  for (TissueParameters& tissue : tissues) {
    const auto vary = [&](double& value, double step) { value *= std::exp(deviations * tissue.texture * step); };
    vary(tissue.t1_ms, variation.t1);
    vary(tissue.t2_ms, variation.t2);
    vary(tissue.t2star_ms, variation.t2star);
    vary(tissue.density, variation.density);
    vary(tissue.adc, variation.adc);
  }
  return tissues;
}

SignalTable response(const Protocol& protocol, const TissueTable& tissues, const Variation& variation, double unit) {
  SignalTable table = relative_table(protocol, varied(tissues, variation, 1), unit);
  const SignalTable below = relative_table(protocol, varied(tissues, variation, -1), unit);
  for (std::size_t i = 0; i < kTissueCount; ++i) {
    table[i] = (table[i] - below[i]) / 2;
  }
  return table;
}

TissueSignals signals_relative_to(double unit, const Protocol& protocol, const TissueTable& tissues) {
  return {.mean = relative_table(protocol, tissues, unit),
          .per_water = response(protocol, tissues, kWater, unit),
          .per_iron = response(protocol, tissues, kIron, unit)};
}

const TissueParameters& white(const TissueTable& tissues) { return tissues[index_of(Tissue::kWhiteMatter)]; }

std::string number(double value) { return shortest(std::round(value * 10) / 10); }

} // namespace

TissueSignals tissue_signals(const Protocol& protocol, const TissueTable& tissues) {
  const Protocol seen = protocol.modality == Modality::kAdc ? unweighted(protocol) : protocol;
  return signals_relative_to(signal_of(seen, white(tissues)), seen, tissues);
}

TissueSignals weighted_signals(const Protocol& protocol, const TissueTable& tissues) {
  return signals_relative_to(signal_of(unweighted(protocol), white(tissues)), protocol, tissues);
}

SignalTable signal_table(const Protocol& protocol, const TissueTable& tissues) { return tissue_signals(protocol, tissues).mean; }

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

} // namespace brainmvp::simulate
