// What one scanner was set to for one modality, and the signal of every tissue under it.
//
//   RandomStream stream({seed, text_key("protocol")});
//   const Protocol protocol = draw_protocol(Modality::kFlair, scanner, stream);
//   const SignalTable signals = signal_table(protocol, tissues);
#pragma once

#include <array>
#include <string>
#include <variant>

#include "base/random.h"
#include "simulate/modality.h"
#include "simulate/sequence.h"

namespace brainmvp::simulate {

using Sequence = std::variant<SpinEcho, InversionRecovery, SpoiledGradientEcho, Mprage, DiffusionSpinEcho>;

struct Protocol {
  Modality modality = Modality::kT1;
  Sequence sequence = SpinEcho{.tr_ms = 500, .te_ms = 10};
  FieldStrength field = FieldStrength::k3T;
  double noise = 0.02;     // standard deviation of one channel, as a share of white matter's signal
  double scale = 1000;     // value of white matter in the file; 1e-6 mm2/s are the unit of ADC instead
  double thickness_mm = 1; // of the slices before registration
};

// Settings as they occur on scanners of this field. `volumetric` keeps to isotropic 3D sequences where there is one.
Protocol draw_protocol(Modality modality, FieldStrength field, bool volumetric, RandomStream& stream);

using SignalTable = std::array<float, kTissueCount>;

// Signals relative to white matter; for ADC those without diffusion weighting.
SignalTable signal_table(const Protocol& protocol, const TissueTable& tissues);

// How far one standard deviation of a texture moves the logarithm of each parameter, in white matter.
struct Variation {
  double t1, t2, t2star, density, adc;
};

// Signals relative to white matter, and how they answer to one standard deviation of the textures that all modalities share:
// water (myelin, cells) and iron (and the direction of fibres).
struct TissueSignals {
  SignalTable mean{}, per_water{}, per_iron{};
};

// As signal_table().
TissueSignals tissue_signals(const Protocol& protocol, const TissueTable& tissues);

// With the diffusion weighting of `protocol`, which is one of kDwi or kAdc; relative to white matter without it.
TissueSignals weighted_signals(const Protocol& protocol, const TissueTable& tissues);

// "MPRAGE TR 2300 TI 900 TE 3 flip 9", for the record of a simulation.
std::string describe(const Protocol& protocol);

// Tissues of one person: relaxation times and density differ a little between people and a lot between lesions.
TissueTable draw_tissues(FieldStrength field, RandomStream& stream);

} // namespace brainmvp::simulate
