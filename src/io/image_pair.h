// Images of two files, a .hdr and an .img.
#pragma once

#include <filesystem>

namespace brainmvp::io {

// Whether the file is an .img or .img.gz whose header lies beside it, and through which it is read.
bool is_data_of_header(const std::filesystem::path& path);

} // namespace brainmvp::io
