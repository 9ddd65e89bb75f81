#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/wrappers.h"
#include "model/description_check.h"
#include "model/model.h"

namespace brainmvp::model {
namespace {

using checkpoint::List;
using checkpoint::Value;

const Value& required(const Value& parent, const std::string& name) {
  const Value* found = parent.find(name);
  if (found == nullptr) {
    refuse_description("no entry \"" + name + "\", which a fine-tuned model has; the file is of another version or damaged");
  }
  return *found;
}

std::vector<std::string> texts_in(const Value& parent, const std::string& name) {
  std::vector<std::string> texts;
  for (const Value& item : required(parent, name).items(name)) {
    texts.push_back(item.text(name));
  }
  return texts;
}

std::size_t choice_in(const Value& parent, const std::string& name, const std::array<const char*, 2>& choices) {
  const std::string& text = required(parent, name).text(name);
  const auto found = std::ranges::find(choices, text);
  if (found == choices.end()) {
    refuse_description(name + " is \"" + text + "\"; expected " + choices[0] + " or " + choices[1]);
  }
  return static_cast<std::size_t>(found - choices.begin());
}

// A value of a label map, which is stored in one byte.
int label_value(const Value& value, const std::string& name) {
  const std::int64_t number = value.integer(name);
  if (number < 0 || number > 255) {
    refuse_description(name + " has the value " + std::to_string(number) + "; expected 0 to 255");
  }
  return static_cast<int>(number);
}

study::LabelTable table_in(const Value& parent) {
  study::LabelTable table;
  for (const auto& [name, value] : required(parent, "labels").dict("labels")) {
    table.labels.emplace_back(name.text("labels"), label_value(value, "labels"));
  }
  for (const auto& [name, values] : required(parent, "regions").dict("regions")) {
    auto& region = table.regions.emplace_back(name.text("regions"), std::vector<int>{});
    for (const Value& value : values.items("regions")) {
      region.second.push_back(label_value(value, "regions"));
    }
  }
  if (const Value* order = parent.find("region_order"); order != nullptr) {
    for (const Value& value : order->items("region_order")) {
      table.region_order.push_back(label_value(value, "region_order"));
    }
  }
  if (const Value* ignore = parent.find("ignore"); ignore != nullptr) {
    table.ignore = label_value(*ignore, "ignore");
  }
  table.classes = texts_in(parent, "classes");
  return table;
}

image::Size window_in(const Value& parent) {
  const List& sides = required(parent, "window").items("window");
  image::Size window{};
  if (sides.size() != 3) {
    refuse_description("window has " + std::to_string(sides.size()) + " sides; expected 3");
  }
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::int64_t side = sides[axis].integer("window");
    if (side < 1 || side > 4096) {
      refuse_description("window has a side of " + std::to_string(side) + " voxels; expected 1 to 4096");
    }
    window[axis] = static_cast<std::size_t>(side);
  }
  return window;
}

bool z_scored_in(const Value& preparation) {
  const Value* entry = preparation.find("z_scored"); // nothing when it was no option
  const bool* flag = entry == nullptr ? nullptr : std::get_if<bool>(&entry->data);
  return flag != nullptr && *flag;
}

store::PrepareOptions preparation_in(const Value& parent) {
  const Value& entry = required(parent, "preparation");
  const Value* reference = entry.find("reference"); // models of earlier versions have none
  return {.spacing_mm = required(entry, "spacing_mm").number("spacing_mm"),
          .low_percentile = required(entry, "low_percentile").number("low_percentile"),
          .high_percentile = required(entry, "high_percentile").number("high_percentile"),
          .percentiles_of =
              entry.find("percentiles_of") == nullptr // when it was no option
                  ? store::PercentilesOf::kCrop
                  : static_cast<store::PercentilesOf>(choice_in(entry, "percentiles_of", store::kPercentilesOfNames)),
          .reference = reference != nullptr ? reference->text("reference") : "",
          .z_scored = z_scored_in(entry)};
}

std::vector<bool> flags_in(const Value& parent, const std::string& name) {
  std::vector<bool> flags;
  for (const Value& item : required(parent, name).items(name)) {
    const bool* flag = std::get_if<bool>(&item.data);
    if (flag == nullptr) {
      refuse_description(name + ": expected a bool, found " + item.kind());
    }
    flags.push_back(*flag);
  }
  return flags;
}

void refuse_other_checkpoints(const Value& checkpoint, const std::filesystem::path& file) {
  if (checkpoint.find("task") != nullptr && checkpoint.find("channels") != nullptr) {
    return;
  }
  const NamedTensors weights = checkpoint::without_wrappers(checkpoint::weights_of(checkpoint)).weights;
  const bool templates = std::ranges::any_of(weights, [](const auto& entry) { return entry.first == "rep_template"; });
  refuse_description(templates
                         ? "is a pre-training, which has no task yet; fine-tune it first: brainmvp finetune segment STORE -o RUN "
                           "--init " +
                               file.filename().string()
                         : "has no task and channels: it is no fine-tuned model; name a run of `brainmvp finetune` or its "
                           "checkpoint");
}

} // namespace

ModelDescription read_description(const Value& checkpoint, const std::filesystem::path& file) {
  return with_context(file.string(), [&] {
    refuse_other_checkpoints(checkpoint, file);
    ModelDescription model;
    model.task = head(required(checkpoint, "task").text("task")).name;
    model.network = required(checkpoint, "network").text("network");
    model.channels = texts_in(checkpoint, "channels");
    model.table = table_in(checkpoint);
    model.window = window_in(checkpoint);
    model.sizing = static_cast<Sizing>(choice_in(checkpoint, "sizing", kSizingNames));
    model.preparation = preparation_in(checkpoint);
    model.intensities = checkpoint.find("intensities") == nullptr
                            ? store::Intensities::kClipped // all were, when checkpoints did not say it
                            : static_cast<store::Intensities>(choice_in(checkpoint, "intensities", store::kIntensitiesNames));
    model.templates = required(checkpoint, "templates").tensor("templates").to(at::kCPU, at::kFloat).contiguous();
    model.has_template = flags_in(checkpoint, "has_template");
    if (const auto read = model.head().read; read != nullptr) {
      read(checkpoint, model);
    }
    check_description(model);
    return model;
  });
}

} // namespace brainmvp::model
