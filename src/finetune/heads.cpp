#include <algorithm>
#include <array>

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

struct HeadRow {
  const char* name;
  std::unique_ptr<Head> (*make)(const RunOptions& options, const store::Store& store);
  std::vector<settings::Setting> (*settings)(RunOptions& options);
};

constexpr std::array kHeads{HeadRow{"segment", segmentation_head, segmentation_settings},
                            HeadRow{"classify", classification_head, classification_settings},
                            HeadRow{"regress", regression_head, regression_settings}};

const HeadRow& row_of(const RunOptions& options) {
  const auto* const found = std::ranges::find(kHeads, options.task, &HeadRow::name);
  if (found == kHeads.end()) {
    throw Error(ExitCode::kInternal, "no fine-tuning is known of the head " + options.task);
  }
  return *found;
}

} // namespace

std::unique_ptr<Head> make_head(const RunOptions& options, const store::Store& store) {
  return row_of(options).make(options, store);
}

std::vector<settings::Setting> head_settings(RunOptions& options) { return row_of(options).settings(options); }

} // namespace brainmvp::finetune
