// What is prepared: the images of a study, in files or in memory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/image_source.h"
#include "study/studies_file.h"

namespace brainmvp::store {

struct StudyImages {
  std::vector<io::ImageSource> images;                 // one a modality, or one 4D file for several
  std::vector<std::string> modalities;                 // canonical; as many as images, or as channels of a single 4D file
  std::optional<io::ImageSource> label = std::nullopt; // label map
};

StudyImages files_as_images(const study::Study& study);

} // namespace brainmvp::store
