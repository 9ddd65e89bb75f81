// The JSON file that dcm2niix writes beside an image.
#pragma once

#include <filesystem>

#include "study/modality.h"

namespace brainmvp::study {

// Decides what the name left open: by ImageType, then the words of SeriesDescription and ProtocolName, then the times of the
// sequence, with a remark. A contrast agent makes an image that is t1 by its name t1c, with a remark. Files that are missing or
// are no JSON change nothing.
void settle_by_json(const std::filesystem::path& image, const ModalityTable& table, FileRole& role);

// The role of what `predict` wrote: by its BIDS name (desc-brainmvp) or the JSON beside it.
inline constexpr const char* kPredictions =
    "predictions of brainmvp, which are no ground truth (--pattern label=GLOB takes them)";

} // namespace brainmvp::study
