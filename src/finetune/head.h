// What a fine-tuning teaches: the targets of the studies, and what trains a network on them. A head is one file here and one row
// in heads.cpp (docs/develop/extending.md).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "checkpoint/value.h"
#include "finetune/learner.h"
#include "finetune/options.h"
#include "finetune/studies.h"
#include "model/model.h"
#include "store/store.h"

namespace brainmvp::finetune {

class Head : public Targets {
public:
  // Says what the outputs mean (description.table, ...), from the targets of the chosen studies; `description` holds the table
  // that the run declares. Throws Error(kNothingFound) for targets that nothing can be learned from, and Error(kBadInput) for
  // those that contradict the table.
  virtual void describe(const Selection& selection, model::ModelDescription& description) = 0;

  // Entries of checkpoints besides the description's.
  [[nodiscard]] virtual checkpoint::Dict entries() const { return {}; }
  // What going on from a checkpoint changes; empty where nothing does.
  [[nodiscard]] virtual std::string change_since(const checkpoint::Value& /*earlier*/) const { return {}; }

  // `network`: that of the model's head. Called once, after describe().
  virtual std::unique_ptr<Learner> learner(const TrainingSetup& setup, std::shared_ptr<torch::nn::Module> network) = 0;
};

// The row of a head, by its name.
struct HeadRow {
  std::string name;
  std::function<std::unique_ptr<Head>(const RunOptions& options, const store::Store& store)> make;
  std::function<std::vector<settings::Setting>(RunOptions& options)> settings;
};
const HeadRow& head_row(const std::string& name);
// Adds the row of a head of another library, before the command line is made.
void add_head(HeadRow row);

// Of options.task, with the targets of the store's studies. `options` and `store` outlive it.
std::unique_ptr<Head> make_head(const RunOptions& options, const store::Store& store);

// What only this head of options.task can be told.
std::vector<settings::Setting> head_settings(RunOptions& options);

} // namespace brainmvp::finetune
