#include "study/inputs.h"

#include <set>

namespace brainmvp::study {
namespace fs = std::filesystem;

std::vector<fs::path> inputs_of(const StudiesFile& studies, const fs::path& list) {
  std::set<fs::path> inputs{list};
  for (const Study& study : studies.studies) {
    for (const fs::path& image : study.images) {
      inputs.insert(image.parent_path());
    }
    if (study.label) {
      inputs.insert(study.label->parent_path());
    }
  }
  return {inputs.begin(), inputs.end()};
}

} // namespace brainmvp::study
