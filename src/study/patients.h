// Which studies that were found belong to one patient, and to which split, by the folders that they stand in.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "study/findings.h"

namespace brainmvp::study {

// Fills in patients that ids do not tell: the folder above visits, and the same id below two split folders. Folders named
// train, val or test (imagesTr, ...) below a root become the split. Says in a warning which split folders there are, except
// where the layout itself names them.
void place_studies(std::span<FoundStudy> studies, const std::filesystem::path& root, Findings& findings);

// The same for the roots themselves where they are several, of which the names (data/train, data/test), or those of folders above
// them that they do not share, mean different splits.
void place_roots(std::span<FoundStudy> studies, const std::vector<std::filesystem::path>& roots, Findings& findings);

} // namespace brainmvp::study
