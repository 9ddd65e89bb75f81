// Signal equations of MR sequences: pure functions of a tissue and the settings of a scanner. All give magnitudes for a
// fully relaxed, fully excited unit of water of 1.
#pragma once

#include "simulate/tissue.h"

namespace brainmvp::simulate {

// Spin echo, also fast: density (1 - exp(-TR/T1)) exp(-TE/T2).
struct SpinEcho {
  double tr_ms, te_ms;
};
double signal(const SpinEcho& sequence, const TissueParameters& tissue);

// Inversion recovery with a train of echoes of length `train_ms` before the next recovery (FLAIR, T1-IR):
// g = 1 - exp(-(TR - TI - train)/T1); density |1 - (1 + g) exp(-TI/T1)| exp(-TE/T2).
struct InversionRecovery {
  double tr_ms, ti_ms, te_ms, train_ms;
};
double signal(const InversionRecovery& sequence, const TissueParameters& tissue);

// The TI at which a tissue of this T1 gives no signal: T1 ln(1 + g), solved by iteration.
double null_inversion_time_ms(double tr_ms, double train_ms, double t1_ms);

// Spoiled gradient echo (Ernst): density sin a (1 - E) / (1 - E cos a) exp(-TE/T2*), E = exp(-TR/T1).
struct SpoiledGradientEcho {
  double tr_ms, te_ms, flip_deg;
};
double signal(const SpoiledGradientEcho& sequence, const TissueParameters& tissue);

// The same for blood that has had `pulses` excitations since it entered the slab, from full magnetisation (time of flight):
// density sin a (M + (1 - M)(E cos a)^n) exp(-TE/T2*), M = (1 - E)/(1 - E cos a).
double inflow_signal(const SpoiledGradientEcho& sequence, const TissueParameters& tissue, double pulses);

// Magnetisation prepared rapid gradient echo: inversion, then `pulses` excitations of `flip_deg` every `spacing_ms`, the centre
// of k-space at TI in their middle, and recovery until TR; the steady state of the longitudinal magnetisation.
struct Mprage {
  double tr_ms, ti_ms, spacing_ms, te_ms, flip_deg;
  int pulses;
};
double signal(const Mprage& sequence, const TissueParameters& tissue);

// Spin echo with diffusion weighting b in s/mm2: S(b) = S(0) exp(-b ADC).
struct DiffusionSpinEcho {
  double tr_ms, te_ms, b;
};
double signal(const DiffusionSpinEcho& sequence, const TissueParameters& tissue);

// The tissue after injection: 1/T1' = 1/T1 + r1 C and 1/T2' = 1/T2 + 1.3 r1 C, with r1 in 1/(mM s) and C = `dose` times the
// tissue's concentration.
TissueParameters with_contrast(const TissueParameters& tissue, double r1, double dose);

} // namespace brainmvp::simulate
