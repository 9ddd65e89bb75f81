// The built-in head: a brain with folded cortex, ventricles, deep nuclei, cerebellum and brainstem, its vessels, and around it
// CSF, dura, skull, scalp, face and eyes.
#pragma once

#include "base/random.h"
#include "simulate/head.h"

namespace brainmvp::simulate {

struct ProceduralOptions {
  double spacing_mm = 1;
  bool whole_head = true; // otherwise only what skull stripping leaves, and the skull's inner edge
  double sulcus_mm = 1.2; // width of sulci
  double cortex_mm = 2.7; // thickness of the cortex
  double ventricles = 1;  // factor on the ventricles' radius
};

// Every call with another stream gives other folds.
TissueVolume procedural_head(const ProceduralOptions& options, RandomStream& stream);

// The parts, painted over what is there.
void paint_cerebrum(const ProceduralOptions& options, RandomStream& stream, TissueVolume& head);
void paint_hindbrain(const ProceduralOptions& options, TissueVolume& head);
void paint_deep_structures(const ProceduralOptions& options, TissueVolume& head);
void paint_skull_and_scalp(const ProceduralOptions& options, RandomStream& stream, TissueVolume& head);

// Depth below the inner surface of the skull, mm.
double intracranial_depth(const Vector& p);

// Arteries of the brain's base, and dural sinuses if wanted, at the places of the built-in head stretched to `brain`.
void paint_vessels(TissueVolume& head, const Extent& brain, bool sinuses);

} // namespace brainmvp::simulate
