// Puts together what the files of one study show.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "study/file_check.h"
#include "study/findings.h"
#include "study/index.h"

namespace brainmvp::study {

struct CheckedFiles {
  std::vector<FileFacts> images; // as the study's images
  std::optional<FileFacts> label;
};

// Takes images and labels that cannot be used out of `study` and says why; warns of other grids, empty images and what the
// readers warned of. `reference`: the modality whose grid counts where there is no label; may be empty. Nothing when no image is
// left.
std::optional<StudyFacts> check_study(Study& study, CheckedFiles files, const std::string& reference, Findings& findings);

} // namespace brainmvp::study
