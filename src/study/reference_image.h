// Whose grid a study without a label map is brought to.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "io/image_file.h"

namespace brainmvp::study {

// The place in `images` of the one that holds the modality `named`; without one, of those that cover most of a head, that of the
// smallest voxels. `images`: their names in messages, at least one; `modalities`: as many, or those of a single 4D image.
std::size_t reference_image(const std::vector<std::filesystem::path>& images, const std::vector<std::string>& modalities,
                            const std::vector<io::ImageHeader>& headers, const std::string& named);

} // namespace brainmvp::study
