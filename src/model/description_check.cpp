#include "model/description_check.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "checkpoint/dtype.h"

namespace brainmvp::model {
namespace {

void check_outputs(const ModelDescription& model) {
  const study::LabelTable& table = model.table;
  if (model.task == Task::kClassify) {
    if (table.classes.size() < 2) {
      refuse_description("classes has " + std::to_string(table.classes.size()) + " names; a classifier needs at least 2");
    }
    return;
  }
  for (const auto& [name, values] : table.regions) {
    if (values.empty() || std::ranges::count(values, 0) > 0) {
      refuse_description("region " + name + " has no values, or the background's 0 among them");
    }
  }
  if (!table.region_order.empty() && table.region_order.size() != table.regions.size()) {
    refuse_description("region_order has " + std::to_string(table.region_order.size()) + " values for " +
                       std::to_string(table.regions.size()) + " regions");
  }
  std::set<int> values;
  for (const auto& [name, value] : table.labels) {
    if (!values.insert(value).second) {
      refuse_description("two labels have the value " + std::to_string(value));
    }
  }
  if (table.regions.empty() && (values.size() < 2 || *values.begin() != 0)) {
    refuse_description("labels need the background's 0 and at least one more value when there are no regions");
  }
}

} // namespace

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
                       "; expected [" + std::to_string(channels) + ", H, W, D], one a channel");
  }
  if (model.has_template.size() != model.channels.size()) {
    refuse_description("has_template has " + std::to_string(model.has_template.size()) + " entries for " +
                       std::to_string(channels) + " channels");
  }
  check_outputs(model);
}

} // namespace brainmvp::model
