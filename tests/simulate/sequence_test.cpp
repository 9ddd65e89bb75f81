// Signal equations against values that were computed pulse by pulse.
#include "simulate/sequence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "simulate/protocol.h"

namespace brainmvp::simulate {
namespace {

constexpr TissueParameters kTissue{.t1_ms = 800, .t2_ms = 80, .t2star_ms = 50, .density = 0.7, .adc = 0.8};

TEST(SignalEquations, SpinEcho) { EXPECT_NEAR(signal(SpinEcho{.tr_ms = 500, .te_ms = 10}, kTissue), 0.28709124489050647, 1e-9); }

TEST(SignalEquations, InversionRecoveryOfGreyMatter) {
  const TissueParameters grey{.t1_ms = 1250, .t2_ms = 82, .density = 0.81};
  EXPECT_NEAR(signal(InversionRecovery{.tr_ms = 9000, .ti_ms = 2500, .te_ms = 110, .train_ms = 300}, grey), 0.15466191846476937,
              1e-9);
}

TEST(SignalEquations, InversionTimeNullsItsTissue) {
  const double ti_ms = null_inversion_time_ms(9000, 300, 4200);
  EXPECT_NEAR(ti_ms, 2410, 5); // facts of physics: 2410 ms at TR 9000 with a train of 300
  const TissueParameters csf{.t1_ms = 4200, .t2_ms = 350, .density = 1};
  EXPECT_LT(signal(InversionRecovery{.tr_ms = 9000, .ti_ms = ti_ms, .te_ms = 110, .train_ms = 300}, csf), 1e-9);
}

TEST(SignalEquations, SpoiledGradientEchoInItsSteadyState) {
  EXPECT_NEAR(signal(SpoiledGradientEcho{.tr_ms = 25, .te_ms = 4, .flip_deg = 20}, kTissue), 0.07621355253969016, 1e-9);
}

TEST(SignalEquations, BloodAfterFourPulses) {
  const TissueParameters blood{.t1_ms = 1650, .t2star_ms = 45, .density = 0.88};
  const SpoiledGradientEcho sequence{.tr_ms = 22, .te_ms = 3.5, .flip_deg = 18};
  EXPECT_NEAR(inflow_signal(sequence, blood, 4), 0.20728962016982458, 1e-9);
  EXPECT_NEAR(inflow_signal(sequence, blood, 1e6), signal(sequence, blood), 1e-12);
}

TEST(SignalEquations, MprageInItsSteadyState) {
  const Mprage sequence{.tr_ms = 2300, .ti_ms = 900, .spacing_ms = 7, .te_ms = 3, .flip_deg = 9, .pulses = 176};
  EXPECT_NEAR(signal(sequence, kTissue), 0.03234189354573298, 1e-9);
}

TEST(SignalEquations, DiffusionWeighting) {
  const DiffusionSpinEcho weighted{.tr_ms = 7000, .te_ms = 80, .b = 1000};
  EXPECT_NEAR(signal(weighted, kTissue), 0.11569088631850313, 1e-9);
  const DiffusionSpinEcho plain{.tr_ms = 7000, .te_ms = 80, .b = 0};
  EXPECT_NEAR(std::log(signal(plain, kTissue) / signal(weighted, kTissue)) / 1000, 0.8e-3, 1e-12);
}

TEST(SignalEquations, ContrastAgentShortensRelaxation) {
  const TissueParameters tumour{.t1_ms = 1400, .t2_ms = 110, .contrast_mm = 0.5};
  const TissueParameters enhanced = with_contrast(tumour, 4, 1);
  EXPECT_NEAR(enhanced.t1_ms, 368.42105263, 1e-6);
  EXPECT_NEAR(enhanced.t2_ms, 85.53654743, 1e-6);
}

// Ratios to white matter that were measured on real heads, with some room (docs/background/simulation.md).
TEST(Protocols, GiveTheContrastsOfRealHeads) {
  struct Expected {
    Modality modality;
    Tissue tissue;
    float low, high;
  };
  const std::vector<Expected> all{
      {Modality::kT1, Tissue::kCortex, 0.6F, 0.9F},           {Modality::kT1, Tissue::kCsf, 0.05F, 0.42F},
      {Modality::kT2, Tissue::kCortex, 1.25F, 1.5F},          {Modality::kT2, Tissue::kCsf, 2.8F, 4.3F},
      {Modality::kFlair, Tissue::kCortex, 1.1F, 1.35F},       {Modality::kFlair, Tissue::kCsf, 0.0F, 0.5F},
      {Modality::kPd, Tissue::kCortex, 1.05F, 1.2F},          {Modality::kDwi, Tissue::kCortex, 1.15F, 1.35F},
      {Modality::kDwi, Tissue::kInfarctDays, 1.4F, 2.2F},     {Modality::kMra, Tissue::kArtery, 3.3F, 6.0F},
      {Modality::kT1c, Tissue::kEnhancingTumour, 1.0F, 1.6F}, {Modality::kFlair, Tissue::kOedema, 1.3F, 2.0F},
      {Modality::kT2, Tissue::kOedema, 1.3F, 2.0F},           {Modality::kT2, Tissue::kSolidTumour, 1.5F, 2.2F},
      {Modality::kFlair, Tissue::kSolidTumour, 1.4F, 2.0F},   {Modality::kT1, Tissue::kSolidTumour, 0.65F, 1.0F}};
  for (const FieldStrength field : {FieldStrength::k15T, FieldStrength::k3T}) {
    for (std::uint64_t draw = 0; draw < 10; ++draw) {
      for (const Expected& one : all) {
        RandomStream stream({draw, index_of(one.modality)});
        const SignalTable signals = signal_table(draw_protocol(one.modality, field, false, stream), standard_tissues(field));
        EXPECT_GE(signals[index_of(one.tissue)], one.low) << name_of(one.modality) << " " << kTissueNames[index_of(one.tissue)];
        EXPECT_LE(signals[index_of(one.tissue)], one.high) << name_of(one.modality) << " " << kTissueNames[index_of(one.tissue)];
        EXPECT_NEAR(signals[index_of(Tissue::kWhiteMatter)], 1, 1e-6);
      }
    }
  }
}

TEST(Tissues, AllNamesHaveValuesAndFreeSurferNumbersAreUnique) {
  const TissueTable tissues = standard_tissues(FieldStrength::k3T);
  for (std::size_t i = 1; i < kTissueCount; ++i) {
    EXPECT_GT(tissues[i].density, 0) << kTissueNames[i];
    EXPECT_LT(tissues[i].t2_ms, tissues[i].t1_ms) << kTissueNames[i];
  }
  const auto& labels = freesurfer_labels();
  for (std::size_t i = 1; i < labels.size(); ++i) {
    EXPECT_LT(labels[i - 1].label, labels[i].label);
  }
}

} // namespace
} // namespace brainmvp::simulate
