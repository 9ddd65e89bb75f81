#include <array>

#include "fuzz/image_targets.h"
#include "fuzz/text_targets.h"

namespace brainmvp::fuzz {

std::span<const Target> targets() {
  static constexpr std::array<Target, 7> kTargets{{
      {"nifti", run_nifti, seed_nifti},
      {"gzip", run_gzip, seed_gzip},
      {"studies", run_studies, seed_studies},
      {"config", run_config, seed_config},
      {"table", run_table, seed_table},
      {"text_image", run_text_image, seed_text_image},
      {"dicom", run_dicom, seed_dicom},
  }};
  return kTargets;
}

} // namespace brainmvp::fuzz
