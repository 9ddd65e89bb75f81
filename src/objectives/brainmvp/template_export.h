// The learned templates of a checkpoint as volumes, NIfTI files and pictures.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "image/volume.h"
#include "io/png.h"

namespace brainmvp::objectives {

struct Template {
  std::string modality;
  image::Volume volume; // min-max normalised to [0, 1] over the whole volume; all 0 when constant
  float lowest = 0;     // range before
  float highest = 0;
  [[nodiscard]] bool constant() const { return lowest == highest; } // never trained, when templates start at zero
};

struct TemplateSet {
  std::vector<Template> templates;     // in row order, study::kMainModalities
  std::vector<std::string> modalities; // of the training; empty when the checkpoint does not say
  bool has_affine = false;             // otherwise: 1 mm, RAS, its centre at the origin
};

// 1 mm, RAS, centred on the grid.
image::Affine centred_affine(const image::Size& size);

// bank: [8, H, W, D]. Throws Error(kBadInput) for another shape and for values that are not finite.
TemplateSet templates_of(const at::Tensor& bank, const image::Affine& affine);

// From `rep_template`, `modalities` and `template_affine` of a checkpoint. Throws Error(kBadInput).
TemplateSet templates_in(const checkpoint::Contents& contents);

inline constexpr const char* kTemplateTag = "template/"; // of pictures, before the modality

// "template/<modality>": its middle slices, axial, coronal, sagittal, side by side; without those that are constant.
std::vector<std::pair<std::string, io::Picture>> template_pictures(const std::vector<Template>& templates);

// <modality>.nii.gz for each, and its picture <modality>.png unless it is constant, into an existing folder. Throws Error(kOutput
// or kOutOfResources).
void write_templates(const std::filesystem::path& folder, const std::vector<Template>& templates);

} // namespace brainmvp::objectives
