#include <algorithm>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/dtype.h"
#include "infer/model.h"

namespace brainmvp::infer {
namespace {

using checkpoint::Dict;
using checkpoint::Entry;
using checkpoint::List;
using checkpoint::Value;

constexpr std::array<const char*, 2> kTaskNames{"segment", "classify"};
constexpr std::array<const char*, 2> kSizingNames{"pad", "resize"};

void add_entry(Dict& dict, const std::string& name, Value value) { dict.push_back({Value{name}, std::move(value)}); }

Value text_list(const std::vector<std::string>& texts) {
  List list;
  for (const std::string& text : texts) {
    list.push_back({text});
  }
  return {list};
}

Value table_entry_labels(const study::LabelTable& table) {
  Dict dict;
  for (const auto& [name, value] : table.labels) {
    add_entry(dict, name, {std::int64_t{value}});
  }
  return {dict};
}

Value table_entry_regions(const study::LabelTable& table) {
  Dict dict;
  for (const auto& [name, values] : table.regions) {
    List list;
    for (const int value : values) {
      list.push_back({std::int64_t{value}});
    }
    add_entry(dict, name, {list});
  }
  return {dict};
}

Value window_entry(const image::Size& window) {
  List list;
  for (const std::size_t side : window) {
    list.push_back({static_cast<std::int64_t>(side)});
  }
  return {list};
}

Value preparation_entry(const store::PrepareOptions& options) {
  Dict dict;
  add_entry(dict, "spacing_mm", {options.spacing_mm});
  add_entry(dict, "low_percentile", {options.low_percentile});
  add_entry(dict, "high_percentile", {options.high_percentile});
  return {dict};
}

[[noreturn]] void refuse_entry(const std::string& reason) { throw Error(ExitCode::kBadInput, reason); }

const Value& required(const Value& parent, const std::string& name) {
  const Value* found = parent.find(name);
  if (found == nullptr) {
    refuse_entry("no entry \"" + name + "\", which a fine-tuned model has; the file is of another version or damaged");
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
    refuse_entry(name + " is \"" + text + "\"; expected " + choices[0] + " or " + choices[1]);
  }
  return static_cast<std::size_t>(found - choices.begin());
}

// A value of a label map, which is stored in one byte.
int label_value(const Value& value, const std::string& name) {
  const std::int64_t number = value.integer(name);
  if (number < 0 || number > 255) {
    refuse_entry(name + " has the value " + std::to_string(number) + "; expected 0 to 255");
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
  table.classes = texts_in(parent, "classes");
  return table;
}

image::Size window_in(const Value& parent) {
  const List& sides = required(parent, "window").items("window");
  image::Size window{};
  if (sides.size() != 3) {
    refuse_entry("window has " + std::to_string(sides.size()) + " sides; expected 3");
  }
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::int64_t side = sides[axis].integer("window");
    if (side < 1 || side > 4096) {
      refuse_entry("window has a side of " + std::to_string(side) + " voxels; expected 1 to 4096");
    }
    window[axis] = static_cast<std::size_t>(side);
  }
  return window;
}

store::PrepareOptions preparation_in(const Value& parent) {
  const Value& entry = required(parent, "preparation");
  return {.spacing_mm = required(entry, "spacing_mm").number("spacing_mm"),
          .low_percentile = required(entry, "low_percentile").number("low_percentile"),
          .high_percentile = required(entry, "high_percentile").number("high_percentile")};
}

std::vector<bool> flags_in(const Value& parent, const std::string& name) {
  std::vector<bool> flags;
  for (const Value& item : required(parent, name).items(name)) {
    const bool* flag = std::get_if<bool>(&item.data);
    if (flag == nullptr) {
      refuse_entry(name + ": expected a bool, found " + item.kind());
    }
    flags.push_back(*flag);
  }
  return flags;
}

void check_outputs(const ModelDescription& model) {
  const study::LabelTable& table = model.table;
  if (model.task == Task::kClassify) {
    if (table.classes.size() < 2) {
      refuse_entry("classes has " + std::to_string(table.classes.size()) + " names; a classifier needs at least 2");
    }
    return;
  }
  for (const auto& [name, values] : table.regions) {
    if (values.empty() || std::ranges::count(values, 0) > 0) {
      refuse_entry("region " + name + " has no values, or the background's 0 among them");
    }
  }
  std::set<int> values;
  for (const auto& [name, value] : table.labels) {
    if (!values.insert(value).second) {
      refuse_entry("two labels have the value " + std::to_string(value));
    }
  }
  if (table.regions.empty() && (values.size() < 2 || *values.begin() != 0)) {
    refuse_entry("labels need the background's 0 and at least one more value when there are no regions");
  }
}

// Throws Error(kBadInput) when parts of a description contradict each other.
void check_description(const ModelDescription& model) {
  const auto channels = static_cast<std::int64_t>(model.channels.size());
  const std::set<std::string> names(model.channels.begin(), model.channels.end());
  if (channels == 0 || names.size() != model.channels.size()) {
    refuse_entry("channels (" + join(model.channels, ", ") + ") is empty or has a name twice");
  }
  if (!model.templates.defined() || model.templates.dim() != 4 || model.templates.size(0) != channels ||
      model.templates.numel() == 0) {
    refuse_entry("templates has shape " +
                 (model.templates.defined() ? checkpoint::shape_text(model.templates.sizes()) : std::string("of nothing")) +
                 "; expected [" + std::to_string(channels) + ", H, W, D], one a channel");
  }
  if (model.has_template.size() != model.channels.size()) {
    refuse_entry("has_template has " + std::to_string(model.has_template.size()) + " entries for " + std::to_string(channels) +
                 " channels");
  }
  check_outputs(model);
}

void refuse_other_checkpoints(const Value& checkpoint, const std::filesystem::path& file) {
  if (checkpoint.find("task") != nullptr && checkpoint.find("channels") != nullptr) {
    return;
  }
  const checkpoint::Weights weights = checkpoint::without_module_prefix(checkpoint::weights_of(checkpoint));
  const bool templates = std::ranges::any_of(weights, [](const auto& entry) { return entry.first == "rep_template"; });
  refuse_entry(templates ? "is a pre-training, which has no task yet; fine-tune it first: brainmvp finetune segment STORE -o RUN "
                           "--init " +
                               file.filename().string()
                         : "has no task and channels: it is no fine-tuned model; name a run of `brainmvp finetune` or its "
                           "checkpoint");
}

} // namespace

std::int64_t ModelDescription::outputs() const {
  const std::size_t count = task == Task::kClassify ? table.classes.size()
                            : exclusive()           ? table.labels.size()
                                                    : table.regions.size();
  return static_cast<std::int64_t>(count);
}

Dict description_entries(const ModelDescription& description) {
  check_description(description);
  List has_template;
  for (const bool has : description.has_template) {
    has_template.push_back({has});
  }
  Dict dict;
  add_entry(dict, "task", {std::string(kTaskNames.at(static_cast<std::size_t>(description.task)))});
  add_entry(dict, "network", {description.network});
  add_entry(dict, "channels", text_list(description.channels));
  add_entry(dict, "labels", table_entry_labels(description.table));
  add_entry(dict, "regions", table_entry_regions(description.table));
  add_entry(dict, "classes", text_list(description.table.classes));
  add_entry(dict, "window", window_entry(description.window));
  add_entry(dict, "sizing", {std::string(kSizingNames.at(static_cast<std::size_t>(description.sizing)))});
  add_entry(dict, "preparation", preparation_entry(description.preparation));
  add_entry(dict, "templates", {description.templates.detach().to(at::kCPU, at::kFloat).contiguous()});
  add_entry(dict, "has_template", {has_template});
  return dict;
}

ModelDescription read_description(const Value& checkpoint, const std::filesystem::path& file) {
  return with_context(file.string(), [&] {
    refuse_other_checkpoints(checkpoint, file);
    ModelDescription model;
    model.task = static_cast<Task>(choice_in(checkpoint, "task", kTaskNames));
    model.network = required(checkpoint, "network").text("network");
    model.channels = texts_in(checkpoint, "channels");
    model.table = table_in(checkpoint);
    model.window = window_in(checkpoint);
    model.sizing = static_cast<Sizing>(choice_in(checkpoint, "sizing", kSizingNames));
    model.preparation = preparation_in(checkpoint);
    model.templates = required(checkpoint, "templates").tensor("templates").to(at::kCPU, at::kFloat).contiguous();
    model.has_template = flags_in(checkpoint, "has_template");
    check_description(model);
    return model;
  });
}

} // namespace brainmvp::infer
