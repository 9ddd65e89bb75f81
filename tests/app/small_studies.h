// Studies that prepare within milliseconds.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/support.h"

namespace brainmvp::test {

// Writes studies.json and small studies made of copies of golden volumes, each its own file.
inline void write_studies(const TemporaryFolder& folder, const std::vector<std::string>& ids) {
  nlohmann::json training = nlohmann::json::array();
  for (const std::string& id : ids) {
    std::filesystem::create_directories(folder / id);
    for (const std::string name : {"flair.nii.gz", "t1.nii.gz"}) {
      if (!std::filesystem::exists(folder / id / name)) {
        std::filesystem::copy_file(golden("preprocess/las_anisotropic/" + name), folder / id / name);
      }
    }
    training.push_back({{"id", id}, {"image", {id + "/flair.nii.gz", id + "/t1.nii.gz"}}, {"modality", {"flair", "t1"}}});
  }
  write_text(folder / "studies.json", nlohmann::json{{"training", training}, {"labels", {{"background", 0}}}}.dump());
}

// "s000", "s001", ...
inline std::vector<std::string> study_ids(std::size_t count) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < count; ++i) {
    ids.push_back("s" + std::to_string(1000 + i).substr(1));
  }
  return ids;
}

} // namespace brainmvp::test
