#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "finetune/head.h"

namespace brainmvp::finetune {

// A file each.
std::unique_ptr<Head> segmentation_head(const RunOptions& options, const store::Store& store);
std::unique_ptr<Head> classification_head(const RunOptions& options, const store::Store& store);
std::unique_ptr<Head> regression_head(const RunOptions& options, const store::Store& store);

namespace {

using MakeHead = std::unique_ptr<Head> (*)(const RunOptions& options, const store::Store& store);

constexpr std::array<std::pair<const char*, MakeHead>, 3> kHeads{{
    {"segment", segmentation_head},
    {"classify", classification_head},
    {"regress", regression_head},
}};

} // namespace

std::unique_ptr<Head> make_head(const RunOptions& options, const store::Store& store) {
  const auto* const found = std::ranges::find(kHeads, options.task, &decltype(kHeads)::value_type::first);
  if (found == kHeads.end()) {
    throw Error(ExitCode::kInternal, "no fine-tuning is known of the head " + options.task);
  }
  return found->second(options, store);
}

} // namespace brainmvp::finetune
