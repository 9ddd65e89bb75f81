#include "model/training_facts.h"

namespace brainmvp::model {

checkpoint::Value training_facts_value(const TrainingFacts& facts) {
  using checkpoint::Value;
  checkpoint::List always;
  for (const std::string& name : facts.always) {
    always.push_back({name});
  }
  return {checkpoint::Dict{{{std::string("heads")}, {static_cast<std::int64_t>(facts.heads)}},
                           {{std::string("largest_voxel_mm")}, {facts.largest_voxel_mm}},
                           {{std::string("one_grid")}, {static_cast<std::int64_t>(facts.one_grid)}},
                           {{std::string("always")}, Value{always}}}};
}

std::optional<TrainingFacts> read_training_facts(const checkpoint::Value& checkpoint) {
  const checkpoint::Value* entry = checkpoint.find(kTrainingFacts);
  if (entry == nullptr) {
    return std::nullopt;
  }
  const auto field = [&](const char* name) {
    const checkpoint::Value* found = entry->find(name);
    return found == nullptr ? checkpoint::Value{} : *found;
  };
  TrainingFacts facts{.heads = static_cast<study::HeadKind>(field("heads").integer("training_facts.heads")),
                      .largest_voxel_mm = field("largest_voxel_mm").number("training_facts.largest_voxel_mm"),
                      .one_grid = field("one_grid").integer("training_facts.one_grid") != 0,
                      .always = {}};
  const checkpoint::Value always = field("always");
  for (const checkpoint::Value& name : always.items("training_facts.always")) {
    facts.always.push_back(name.text("training_facts.always"));
  }
  return facts;
}

} // namespace brainmvp::model
