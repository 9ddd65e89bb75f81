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

const TissueParameters& white(const TissueTable& tissues) { return tissues[index_of(Tissue::kWhiteMatter)]; }

std::string number(double value) { return shortest(std::round(value * 10) / 10); }

} // namespace

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

} // namespace brainmvp::simulate
