#include "study/task_file.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "io/config_file.h"
#include "study/label_scheme.h"
#include "study/layout.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kTaskKeys = "title kind layout modalities reference";
constexpr std::string_view kClassKeys = "names tables key column";
constexpr std::string_view kFoldKeys = "folds stratified";

// Fills a task entry by entry.
class TaskReader {
public:
  TaskReader(std::string name, fs::path source) : source_(std::move(source)) { task_.name = std::move(name); }

  void add(const io::ConfigEntry& entry);
  Task finish();

private:
  [[noreturn]] void refuse(const io::ConfigEntry& entry, const std::string& reason) const;
  [[noreturn]] void refuse_key(const io::ConfigEntry& entry, std::string_view known) const;
  [[nodiscard]] std::string one(const io::ConfigEntry& entry) const;
  [[nodiscard]] int number(const io::ConfigEntry& entry, const std::string& text) const;
  [[nodiscard]] std::string canonical(const io::ConfigEntry& entry, const std::string& name) const;
  void add_general(const io::ConfigEntry& entry);
  void add_class(const io::ConfigEntry& entry);
  void add_fold(const io::ConfigEntry& entry);
  void add_channels(const io::ConfigEntry& entry);
  void add_region(const io::ConfigEntry& entry);
  void check(bool holds, const std::string& reason) const;

  fs::path source_;
  Task task_;
};

void TaskReader::refuse(const io::ConfigEntry& entry, const std::string& reason) const {
  throw Error(ExitCode::kUsage, source_.string() + ": line " + std::to_string(entry.line) + ": " + reason);
}

void TaskReader::refuse_key(const io::ConfigEntry& entry, std::string_view known) const {
  const std::vector<std::string> names = split(known, " ");
  const std::string nearest = nearest_name(entry.key, names);
  refuse(entry, "unknown key '" + entry.key + "'" + (entry.table.empty() ? "" : " in [" + entry.table + "]") +
                    (nearest.empty() ? "; known are " + join(names, ", ") : "; did you mean " + nearest + "?"));
}

std::string TaskReader::one(const io::ConfigEntry& entry) const {
  if (entry.values.size() != 1) {
    refuse(entry, "expected one value for '" + entry.key + "', found " + std::to_string(entry.values.size()));
  }
  return io::text_of(entry.values.front());
}

int TaskReader::number(const io::ConfigEntry& entry, const std::string& text) const {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) {
    refuse(entry, "expected a whole number from 0 up for '" + entry.key + "', found '" + text + "'");
  }
  return value;
}

std::string TaskReader::canonical(const io::ConfigEntry& entry, const std::string& name) const {
  const auto found = ModalityTable::standard().canonical(name);
  if (!found) {
    refuse(entry, "'" + name + "' is no known modality");
  }
  return *found;
}

void TaskReader::add_channels(const io::ConfigEntry& entry) {
  for (const std::string& name : io::texts_of(entry.values)) {
    task_.channels.push_back(canonical(entry, name));
  }
}

void TaskReader::add_general(const io::ConfigEntry& entry) {
  if (entry.key == "title") {
    task_.title = one(entry);
  } else if (entry.key == "kind") {
    const auto kind = std::ranges::find(kTaskKinds, one(entry));
    if (kind == kTaskKinds.end()) {
      refuse(entry, "kind is segment, classify or regress, not '" + one(entry) + "'");
    }
    task_.kind = static_cast<TaskKind>(kind - kTaskKinds.begin());
  } else if (entry.key == "layout") {
    for (const std::string& name : io::texts_of(entry.values)) {
      with_context(source_.string() + ": line " + std::to_string(entry.line), [&] { check_layout_name(name); });
    }
    task_.layouts = io::texts_of(entry.values);
  } else if (entry.key == "modalities") {
    add_channels(entry);
  } else if (entry.key == "reference") {
    task_.reference = canonical(entry, one(entry));
  } else {
    refuse_key(entry, kTaskKeys);
  }
}

void TaskReader::add_class(const io::ConfigEntry& entry) {
  if (entry.key == "names") {
    task_.table.classes = io::texts_of(entry.values);
  } else if (entry.key == "tables") {
    task_.class_rule.tables = io::texts_of(entry.values);
  } else if (entry.key == "key") {
    task_.class_rule.keys = io::texts_of(entry.values);
  } else if (entry.key == "column") {
    task_.class_rule.columns = io::texts_of(entry.values);
  } else {
    refuse_key(entry, kClassKeys);
  }
}

void TaskReader::add_fold(const io::ConfigEntry& entry) {
  if (entry.key == "folds") {
    task_.fold_rule.folds = number(entry, one(entry));
  } else if (entry.key == "stratified" && (one(entry) == "true" || one(entry) == "false")) {
    task_.fold_rule.stratified = one(entry) == "true";
  } else if (entry.key == "stratified") {
    refuse(entry, "stratified is true or false, not '" + one(entry) + "'");
  } else {
    refuse_key(entry, kFoldKeys);
  }
}

void TaskReader::add_region(const io::ConfigEntry& entry) {
  std::vector<int> values;
  for (const std::string& text : io::texts_of(entry.values)) {
    values.push_back(number(entry, text));
  }
  task_.table.regions.emplace_back(entry.key, std::move(values));
}

void TaskReader::add(const io::ConfigEntry& entry) {
  if (entry.table.empty()) {
    add_general(entry);
  } else if (entry.table == "labels") {
    task_.table.labels.emplace_back(entry.key, number(entry, one(entry)));
  } else if (entry.table == "regions") {
    add_region(entry);
  } else if (entry.table == "classes") {
    add_class(entry);
  } else if (entry.table == "class_values") {
    task_.class_rule.values.emplace_back(entry.key, one(entry));
  } else if (entry.table == "folds") {
    add_fold(entry);
  } else if (entry.table == "finetune") {
    task_.settings.emplace_back(entry.key, entry.values);
  } else {
    const std::vector<std::string> tables{"labels", "regions", "classes", "class_values", "folds", "finetune"};
    refuse(entry, "unknown table [" + entry.table + "]; known are " + join(tables, ", "));
  }
}

void TaskReader::check(bool holds, const std::string& reason) const {
  if (!holds) {
    throw Error(ExitCode::kUsage, source_.string() + ": " + reason);
  }
}

Task TaskReader::finish() {
  take_ignore(task_.table, source_.string() + ": [labels]");
  const LabelTable& table = task_.table;
  const std::set<std::string> classes(table.classes.begin(), table.classes.end());
  check(!task_.layouts.empty(), "names no layout; write layout = [\"suffix\"] for folders of any names");
  check(!task_.channels.empty(), "names no modalities; write modalities = [\"t1\", ...] in the order of the network's input");
  check(task_.reference.empty() || std::ranges::count(task_.channels, task_.reference) > 0,
        "the reference " + task_.reference + " is none of its modalities");
  check(task_.fold_rule.folds != 1, "folds = 1 leaves nothing to train on; write 2 or more, or 0 for none");
  if (task_.kind == TaskKind::kSegment) {
    std::set<int> values;
    for (const auto& [name, value] : table.labels) {
      check(values.insert(value).second, "[labels] has the value " + std::to_string(value) + " twice");
    }
    check(values.size() >= 2 && values.contains(0), "[labels] needs background = 0 and at least one more");
    if (table.ignore) {
      check(values.insert(*table.ignore).second, "[labels] has the value " + std::to_string(*table.ignore) + " twice");
    }
    check(declared_values(table) == values, "[regions] has a value that [labels] does not name");
  } else if (task_.kind == TaskKind::kRegress) {
    check(table.labels.empty() && table.regions.empty() && classes.empty() && !task_.fold_rule.stratified,
          "a regression has neither [labels], [regions] nor [classes], and folds that are not stratified; its numbers are those "
          "of `finetune regress --targets-from`");
  } else {
    check(classes.size() >= 2 && classes.size() == table.classes.size(),
          "[classes] needs names = [...], two or more that differ");
    check(task_.class_rule.tables.empty() == task_.class_rule.columns.empty(),
          "[classes] needs both tables and column, or neither");
  }
  for (const auto& [value, name] : task_.class_rule.values) {
    check(classes.contains(name), "[class_values] gives '" + name + "', which is not in the names of [classes]");
  }
  return std::move(task_);
}

} // namespace

Task read_task(const std::string& name, std::string_view text, const fs::path& source) {
  TaskReader reader(name, source);
  for (const io::ConfigEntry& entry : io::read_config_text(text, source)) {
    reader.add(entry);
  }
  return reader.finish();
}

} // namespace brainmvp::study
