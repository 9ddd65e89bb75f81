// Whether a prepared study is still what was written.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "store/records.h"

namespace brainmvp::store {

// Names of the study's files whose size or content is not that of study.json. Reads them whole.
std::vector<std::string> changed_files(const StudyRecord& record, const std::filesystem::path& folder);

} // namespace brainmvp::store
