// registration.json: what was done to a study and how good it is, beside its images.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "register/register_study.h"
#include "store/records.h"

namespace brainmvp::registration {

inline constexpr const char* kRecordFile = "registration.json";

struct RegistrationRecord {
  std::string id;
  RegisterOptions options;
  std::vector<std::string> modalities;    // of the studies file
  std::vector<store::SourceFile> sources; // images and label
  RegisteredStudy result;
};

// Throws Error(kOutput or kOutOfResources).
void write_record(const std::filesystem::path& folder, const RegistrationRecord& record);

// The record of `folder` when it was made from the same files with the same options and its images are there; otherwise
// nothing. Files of the same size and time count as unchanged; for others their contents decide.
std::optional<RegistrationRecord> up_to_date_record(const std::filesystem::path& folder, const study::Study& study,
                                                    const RegisterOptions& options, const std::filesystem::path& base);

} // namespace brainmvp::registration
