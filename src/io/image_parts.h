// The files that one image is read from.
#pragma once

#include <filesystem>
#include <vector>

namespace brainmvp::io {

// `image`, then the file beside it that holds its voxels or, of an .img, its header, as the reader finds them. `image` alone
// where it cannot be read.
std::vector<std::filesystem::path> files_of_image(const std::filesystem::path& image);

// Whether the file is an .img or .img.gz whose header lies beside it, and through which it is read.
bool is_data_of_header(const std::filesystem::path& path);

} // namespace brainmvp::io
