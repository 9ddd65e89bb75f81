#include "model/description_check.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "checkpoint/dtype.h"

namespace brainmvp::model {

void refuse_description(const std::string& reason) { throw Error(ExitCode::kBadInput, reason); }

void check_description(const ModelDescription& model) {
  const auto channels = static_cast<std::int64_t>(model.channels.size());
  const std::set<std::string> names(model.channels.begin(), model.channels.end());
  if (channels == 0 || names.size() != model.channels.size()) {
    refuse_description("channels (" + join(model.channels, ", ") + ") is empty or has a name twice");
  }
  if (!model.templates.defined() || model.templates.dim() != 4 || model.templates.size(0) != channels ||
      model.templates.numel() == 0) {
    refuse_description("templates has shape " +
                       (model.templates.defined() ? checkpoint::shape_text(model.templates.sizes()) : std::string("of nothing")) +
                       "; expected [" + std::to_string(channels) + ", H, W, D], one per channel");
  }
  if (model.has_template.size() != model.channels.size()) {
    refuse_description("has_template has " + std::to_string(model.has_template.size()) + " entries for " +
                       std::to_string(channels) + " channels");
  }
  model.head().check(model);
}

} // namespace brainmvp::model
