#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "model/description_check.h"
#include "model/head.h"

namespace brainmvp::model {

// A file each.
Head segmentation_head();
Head classification_head();
Head regression_head();

const std::vector<Head>& heads() {
  static const std::vector<Head> all{segmentation_head(), classification_head(), regression_head()};
  return all;
}

const Head& head(const std::string& name) {
  const auto found = std::ranges::find(heads(), name, &Head::name);
  if (found == heads().end()) {
    std::vector<std::string> names;
    std::ranges::transform(heads(), std::back_inserter(names), &Head::name);
    refuse_description("task is \"" + name + "\"; expected one of " + join(names, ", "));
  }
  return *found;
}

} // namespace brainmvp::model
