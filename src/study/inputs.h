// Where the files of a list lie.
#pragma once

#include <filesystem>
#include <vector>

#include "study/studies_file.h"

namespace brainmvp::study {

// The list itself, and the folders of its images and label maps.
std::vector<std::filesystem::path> inputs_of(const StudiesFile& studies, const std::filesystem::path& list);

} // namespace brainmvp::study
