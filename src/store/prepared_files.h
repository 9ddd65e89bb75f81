// Which files of a study's folder in a store `prepare` wrote.
#pragma once

#include <filesystem>

#include "base/own_files.h"
#include "study/studies_file.h"

namespace brainmvp::store {

// Those of its manifest, those that its study.json names (in stores of earlier versions), and what `study` is prepared into.
OwnFiles prepared_files(const std::filesystem::path& folder, const study::Study& study);

} // namespace brainmvp::store
