#include "objectives/objectives.h"

#include "objectives/brainmvp/settings.h"

namespace brainmvp::objectives {
namespace {

template <class Settings>
std::shared_ptr<ObjectiveSettings> with_defaults() {
  return std::make_shared<Settings>();
}

std::vector<Row>& objective_table() {
  static std::vector<Row> rows{{"brainmvp", "cross-modal reconstruction, modality-aware contrast, template distillation",
                                with_defaults<BrainMvpSettings>}};
  return rows;
}

} // namespace

void add(Row row) { objective_table().push_back(std::move(row)); }

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const Row& row : objective_table()) {
    all.push_back(row.name);
  }
  return all;
}

std::string described() {
  std::string text;
  for (const Row& row : objective_table()) {
    text += "\n" + row.name + ": " + row.sentence;
  }
  return text;
}

std::map<std::string, std::shared_ptr<ObjectiveSettings>> all_settings() {
  std::map<std::string, std::shared_ptr<ObjectiveSettings>> all;
  for (const Row& row : objective_table()) {
    all.emplace(row.name, row.make());
  }
  return all;
}

} // namespace brainmvp::objectives
