// Whose grid a study without a label map is brought to.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "io/image_file.h"
#include "study/studies_file.h"

namespace brainmvp::study {

// The place in `study.images` of the image that holds the modality `named`; without one, of the images that cover most of a head,
// that of the smallest voxels. `headers`: one an image, at least one.
std::size_t reference_image(const Study& study, const std::vector<io::ImageHeader>& headers, const std::string& named);

} // namespace brainmvp::study
