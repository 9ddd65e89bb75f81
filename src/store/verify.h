// Whether prepared studies are still what was written.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "store/records.h"

namespace brainmvp::store {

// Names of the study's files whose size or content is not that of study.json. Reads them whole.
std::vector<std::string> changed_files(const StudyRecord& record, const std::filesystem::path& folder);

// Reads every file of the store. Throws Error(kBadInput) that names those which are not what was written.
void verify_store(const std::filesystem::path& store, std::size_t threads);

} // namespace brainmvp::store
