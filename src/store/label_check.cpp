#include "store/label_check.h"

#include <set>
#include <string>
#include <utility>

#include "base/log.h"
#include "store/store.h"
#include "study/label_scheme.h"

namespace brainmvp::store {

void warn_of_unrelated_labels(const std::vector<study::Study>& studies, const std::filesystem::path& store) {
  std::vector<std::pair<std::string, std::set<int>>> maps;
  for (const study::Study& study : studies) {
    if (study.label) {
      const StoredStudy stored(store / study.id, study);
      std::vector<std::uint8_t> values(image::voxel_count(stored.size()));
      stored.copy_label_crop({0, 0, 0}, stored.size(), values);
      maps.emplace_back(study.id, std::set<int>(values.begin(), values.end()));
    }
  }
  if (const std::string unrelated = study::unrelated_values(maps); !unrelated.empty()) {
    log::warning("no labels are declared, and " + unrelated +
                 ", so that `finetune` refuses them: bring masks that mean the same to the same values, or write `labels` with "
                 "a name for each value into the studies file, and run this again");
  }
}

} // namespace brainmvp::store
