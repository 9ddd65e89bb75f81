// All images of one study on the grid of one of them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "register/align.h"
#include "study/studies_file.h"

namespace brainmvp::registration {

struct RegisterOptions {
  std::string reference = {}; // a modality; empty, or where a study lacks it: t1, otherwise the first
  std::string label_of = {};  // the modality that label maps were drawn on; empty: the one whose grid they have
  bool bias_correction = false;
  bool keep_grids = false; // the motion goes into the headers, and no image is interpolated
  AlignOptions align = {};
  bool operator==(const RegisterOptions&) const = default;
};

struct RegisteredImage {
  std::string modality;
  std::string file;                        // in the study's folder
  std::string transform = {};              // the same; empty for the reference
  std::optional<Alignment> alignment = {}; // nothing for the reference
  std::string motion_of = {};              // the modality whose motion it has (shared_motion.h)
  bool bias_corrected = false;
};

struct RegisteredStudy {
  std::string reference; // modality
  std::vector<RegisteredImage> images;
  std::string label = {};    // file in the study's folder
  std::string label_of = {}; // the modality that it moved with
  std::vector<std::string> warnings = {};
};

// Images of one grid share a motion (shared_motion.h). Writes <modality>.nii.gz, <modality>_to_<reference>.tfm and label.nii.gz
// into `folder`, which exists. Images are interpolated linearly, 0 outside the field of view; integers stay integers, except
// after bias correction. Maps of a quantity (adc) are never bias-corrected. A label map moves with options.label_of, otherwise
// with the image whose grid it has. Throws Error: kBadInput for images that cannot be read or aligned, and for a label map that
// has no image's grid, or that of several which moved apart by more than 1 mm; kOutput; kInterrupted.
RegisteredStudy register_study(const study::Study& study, const RegisterOptions& options, const std::filesystem::path& folder);

} // namespace brainmvp::registration
