#include "study/origin.h"

#include <algorithm>

#include "base/error.h"

namespace brainmvp::study {
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

bool is_simulated(const Study& study) { return !study.images.empty() && lies_in_simulation(study.images.front()); }

bool is_simulated(const fs::path& reference) {
  if (reference.extension() != ".json") {
    return !reference.empty() && lies_in_simulation(reference);
  }
  try {
    const StudiesFile file = read_studies_file(reference);
    return !file.studies.empty() && std::ranges::all_of(file.studies, [](const Study& study) { return is_simulated(study); });
  } catch (const Error&) {
    return false;
  }
}

} // namespace brainmvp::study
