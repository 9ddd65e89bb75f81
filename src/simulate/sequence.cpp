#include "simulate/sequence.h"

#include <cmath>
#include <numbers>

namespace brainmvp::simulate {
namespace {

constexpr double kRadians = std::numbers::pi / 180;
constexpr double kR2OverR1 = 1.3;

} // namespace

double signal(const SpinEcho& sequence, const TissueParameters& tissue) {
  return tissue.density * (1 - std::exp(-sequence.tr_ms / tissue.t1_ms)) * std::exp(-sequence.te_ms / tissue.t2_ms);
}

double signal(const InversionRecovery& sequence, const TissueParameters& tissue) {
  const double recovery_ms = sequence.tr_ms - sequence.ti_ms - sequence.train_ms;
  const double recovered = 1 - std::exp(-recovery_ms / tissue.t1_ms);
  const double along = 1 - (1 + recovered) * std::exp(-sequence.ti_ms / tissue.t1_ms);
  return tissue.density * std::abs(along) * std::exp(-sequence.te_ms / tissue.t2_ms);
}

double null_inversion_time_ms(double tr_ms, double train_ms, double t1_ms) {
  double ti_ms = t1_ms * std::numbers::ln2;
  for (int i = 0; i < 50; ++i) {
    ti_ms = t1_ms * std::log(2 - std::exp(-(tr_ms - ti_ms - train_ms) / t1_ms));
  }
  return ti_ms;
}

double signal(const SpoiledGradientEcho& sequence, const TissueParameters& tissue) {
  const double flip = sequence.flip_deg * kRadians;
  const double left = std::exp(-sequence.tr_ms / tissue.t1_ms);
  const double steady = (1 - left) / (1 - left * std::cos(flip));
  return tissue.density * std::sin(flip) * steady * std::exp(-sequence.te_ms / tissue.t2star_ms);
}

double inflow_signal(const SpoiledGradientEcho& sequence, const TissueParameters& tissue, double pulses) {
  const double flip = sequence.flip_deg * kRadians;
  const double left = std::exp(-sequence.tr_ms / tissue.t1_ms);
  const double steady = (1 - left) / (1 - left * std::cos(flip));
  const double along = steady + (1 - steady) * std::pow(left * std::cos(flip), pulses);
  return tissue.density * std::sin(flip) * along * std::exp(-sequence.te_ms / tissue.t2star_ms);
}

double signal(const Mprage& sequence, const TissueParameters& tissue) {
  const double flip = sequence.flip_deg * kRadians;
  const double left = std::exp(-sequence.spacing_ms / tissue.t1_ms);
  const double per_pulse = std::cos(flip) * left;
  const double fixed_point = (1 - left) / (1 - per_pulse);
  const double train_ms = sequence.spacing_ms * sequence.pulses;
  const double before_ms = sequence.ti_ms - train_ms / 2;
  const double after_ms = sequence.tr_ms - before_ms - train_ms;
  const auto recover = [&tissue](double m, double ms) { return 1 - (1 - m) * std::exp(-ms / tissue.t1_ms); };
  const auto excite = [&](double m, double pulses) { return fixed_point + (m - fixed_point) * std::pow(per_pulse, pulses); };
  double m = 1;
  double centre = 0;
  for (int shot = 0; shot < 20; ++shot) {
    const double start = recover(-m, before_ms);
    centre = excite(start, sequence.pulses / 2.0);
    m = recover(excite(start, sequence.pulses), after_ms);
  }
  return tissue.density * std::sin(flip) * std::abs(centre) * std::exp(-sequence.te_ms / tissue.t2star_ms);
}

double signal(const DiffusionSpinEcho& sequence, const TissueParameters& tissue) {
  const double unweighted = signal(SpinEcho{.tr_ms = sequence.tr_ms, .te_ms = sequence.te_ms}, tissue);
  return unweighted * std::exp(-sequence.b * tissue.adc * 1e-3);
}

TissueParameters with_contrast(const TissueParameters& tissue, double r1, double dose) {
  TissueParameters enhanced = tissue;
  const double per_ms = r1 * dose * tissue.contrast_mm / 1000;
  enhanced.t1_ms = 1 / (1 / tissue.t1_ms + per_ms);
  enhanced.t2_ms = 1 / (1 / tissue.t2_ms + kR2OverR1 * per_ms);
  enhanced.t2star_ms = 1 / (1 / tissue.t2star_ms + kR2OverR1 * per_ms);
  return enhanced;
}

} // namespace brainmvp::simulate
