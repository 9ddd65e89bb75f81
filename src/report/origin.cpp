#include "report/origin.h"

#include <algorithm>

#include "base/error.h"
#include "study/studies_file.h"

namespace brainmvp::report {
namespace fs = std::filesystem;
namespace {

constexpr int kDepth = 8; // of an image in the tree of a data set

bool lies_in_simulation(const fs::path& path) {
  std::error_code ignored;
  fs::path folder = fs::absolute(path).lexically_normal();
  for (int i = 0; i < kDepth && folder.has_relative_path(); ++i) {
    if (fs::exists(folder / "simulation.tsv", ignored)) {
      return true;
    }
    folder = folder.parent_path();
  }
  return false;
}

} // namespace

bool is_simulated(const fs::path& reference) {
  if (reference.extension() != ".json") {
    return !reference.empty() && lies_in_simulation(reference);
  }
  try {
    const study::StudiesFile file = study::read_studies_file(reference);
    return !file.studies.empty() && std::ranges::all_of(file.studies, [](const study::Study& study) {
      return !study.images.empty() && lies_in_simulation(study.images.front());
    });
  } catch (const Error&) {
    return false;
  }
}

fs::path found_near(const fs::path& path, const fs::path& file) {
  std::error_code ignored;
  const fs::path folder = fs::absolute(file).parent_path();
  for (const fs::path& place : {path, folder / path, folder.parent_path() / path}) {
    if (fs::exists(place, ignored)) {
      return place;
    }
  }
  return {};
}

} // namespace brainmvp::report
