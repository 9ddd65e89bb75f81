#include <algorithm>
#include <list>

#include "base/error.h"
#include "finetune/head.h"

namespace brainmvp::finetune {

// A file each.
std::unique_ptr<Head> segmentation_head(const RunOptions& options, const store::Store& store);
std::vector<settings::Setting> segmentation_settings(RunOptions& options);
std::unique_ptr<Head> classification_head(const RunOptions& options, const store::Store& store);
std::vector<settings::Setting> classification_settings(RunOptions& options);
std::unique_ptr<Head> regression_head(const RunOptions& options, const store::Store& store);
std::vector<settings::Setting> regression_settings(RunOptions& options);

namespace {

std::list<HeadRow>& head_table() {
  static std::list<HeadRow> rows{{"segment", segmentation_head, segmentation_settings},
                                 {"classify", classification_head, classification_settings},
                                 {"regress", regression_head, regression_settings}};
  return rows;
}

} // namespace

const HeadRow& head_row(const std::string& name) {
  const auto found = std::ranges::find(head_table(), name, &HeadRow::name);
  if (found == head_table().end()) {
    throw Error(ExitCode::kInternal, "no fine-tuning is known of the head " + name);
  }
  return *found;
}

void add_head(HeadRow row) { head_table().push_back(std::move(row)); }

std::unique_ptr<Head> make_head(const RunOptions& options, const store::Store& store) {
  return head_row(options.task).make(options, store);
}

std::vector<settings::Setting> head_settings(RunOptions& options) { return head_row(options.task).settings(options); }

} // namespace brainmvp::finetune
