#include "pretrain/store_warnings.h"

#include <string>

#include "base/log.h"
#include "base/text.h"

namespace brainmvp::pretrain {

void warn_of_single_modalities(const store::Store& store, const std::vector<std::size_t>& positions) {
  std::vector<std::string> ids;
  for (const std::size_t position : positions) {
    if (store.studies()[position].modalities().size() == 1) {
      ids.push_back(store.studies()[position].id());
    }
  }
  if (!ids.empty()) {
    log::warning(std::to_string(ids.size()) +
                 " studies have one modality only; their view 2 is filled from the template: " + join(ids, ", "));
  }
}

} // namespace brainmvp::pretrain
