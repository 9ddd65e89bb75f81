// The files that a prepared study came from, and whether they have changed since.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "store/records.h"
#include "study/studies_file.h"

namespace brainmvp::store {

// `path` relative to `base` where it lies below it, otherwise as it is.
std::filesystem::path relative_below(const std::filesystem::path& path, const std::filesystem::path& base);

// Sizes, times and hashes of the study's images and label, in that order; detached data files (.img, .raw) included.
std::vector<SourceFile> describe_sources(const study::Study& study, const std::filesystem::path& base);

// Why the study in `folder` has to be prepared (again); nothing when it is up to date. Files whose size and time are as
// recorded are taken as unchanged; otherwise their contents decide, and new times are noted in study.json.
std::optional<std::string> reason_to_prepare(const std::filesystem::path& folder, const study::Study& study,
                                             const PrepareOptions& options, const std::filesystem::path& base);

} // namespace brainmvp::store
