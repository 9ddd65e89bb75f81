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

namespace {

std::list<Head>& head_table() {
  static std::list<Head> rows{segmentation_head(), classification_head(), regression_head()};
  return rows;
}

} // namespace

const std::list<Head>& heads() { return head_table(); }

void add_head(Head head) { head_table().push_back(std::move(head)); }

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
