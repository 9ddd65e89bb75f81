#include "objectives/objectives.h"

#include "objectives/brainmvp/settings.h"
#include "objectives/m3ae/settings.h"

namespace brainmvp::objectives {

// Those that no header declares.
std::shared_ptr<ObjectiveSettings> genesis_settings();
std::shared_ptr<ObjectiveSettings> mae_settings();
std::shared_ptr<ObjectiveSettings> simclr_settings();
std::shared_ptr<ObjectiveSettings> simmim_settings();

namespace {

template <class Settings>
std::shared_ptr<ObjectiveSettings> with_defaults() {
  return std::make_shared<Settings>();
}

std::vector<Row>& objective_table() {
  static std::vector<Row> rows{
      {"brainmvp", "cross-modal reconstruction, modality-aware contrast, template distillation", with_defaults<BrainMvpSettings>},
      {"mae", "masked autoencoding: hidden cubes of one image are restored (dense)", mae_settings},
      {"simmim", "SimMIM: hidden cubes of one image are restored by one linear layer (dense)", simmim_settings},
      {"simclr", "SimCLR: two changed crops of a study are told from those of other studies", simclr_settings},
      {"genesis", "Models Genesis: a crop is restored whose voxels and intensities are distorted", genesis_settings},
      {"m3ae", "M3AE: whole modalities and cubes of others, hidden behind learned templates, are restored",
       with_defaults<M3aeSettings>}};
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
