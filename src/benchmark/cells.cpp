#include "benchmark/cells.h"

#include <algorithm>
#include <set>

#include "benchmark/cell_parts.h"

namespace brainmvp::benchmark {
namespace {

// The cells in the order in which they are first needed.
class Order {
public:
  explicit Order(const Plan& plan, const Places& places) : plan_(plan), places_(places) {}

  void add(Cell cell) {
    if (names_.insert(cell.name).second) {
      cells.push_back(std::move(cell));
    }
  }

  void add_data(const Source& source, const std::function<Cell()>& data) {
    if (source.data.empty() && has_folder_of_maps(places_)) {
      add(anatomy_cell(plan_, places_));
    }
    add(data());
  }

  void add_trial(const Trial& trial) {
    add_data(trial.task.source, [&] { return data_cell(plan_, trial.task, places_); });
    add(store_cell(plan_, trial.task, trial.labelled));
    if (trial.objective.pretrains()) {
      add_data(plan_.pretraining, [&] { return pretraining_data_cell(plan_, places_); });
      add(pretrain_cell(trial));
    }
    if (trial.is_tuned()) {
      for (Cell& cell : tuning_cells(trial)) {
        add(std::move(cell));
      }
    }
    add(test_cell(trial));
  }

  std::vector<Cell> cells;

private:
  const Plan& plan_;
  const Places& places_;
  std::set<std::string> names_;
};

// What all trials of a round share.
struct Round {
  std::uint64_t pretrain_seed;
  std::uint64_t finetune_seed;
  std::size_t size; // position in a task's numbers of labelled patients
};

std::vector<Round> rounds_of(const Plan& plan) {
  std::size_t sizes = 0;
  for (const Task& task : plan.tasks) {
    sizes = std::max(sizes, task.labelled.size());
  }
  std::vector<Round> rounds;
  for (std::uint64_t pretrain = 1; pretrain <= plan.pretrain_seeds; ++pretrain) {
    for (std::uint64_t finetune = 1; finetune <= plan.finetune_seeds; ++finetune) {
      for (std::size_t size = 0; size < sizes; ++size) {
        rounds.push_back({pretrain, finetune, size});
      }
    }
  }
  return rounds;
}

bool takes_part(const Objective& objective, const Task& task, const Round& round) {
  if (round.size >= task.labelled.size()) {
    return false;
  }
  const bool chosen = objective.labelled.empty() || std::ranges::count(objective.labelled, task.labelled[round.size]) > 0;
  const bool has_seed = objective.pretrains() ? round.pretrain_seed <= objective.pretrain_seeds.value_or(round.pretrain_seed)
                                              : round.pretrain_seed == 1;
  return chosen && has_seed && round.finetune_seed <= objective.finetune_seeds.value_or(round.finetune_seed);
}

// The two lengths of training from scratch share their rates: a grid of long ones would cost more than all else.
const Objective& tuned_by(const Plan& plan, const Objective& objective, const Task& task, const Round& round) {
  const auto plain = std::ranges::find(plan.objectives, "scratch", &Objective::base);
  const bool shares =
      objective.base == "scratch_long" && plain != plan.objectives.end() && takes_part(*plain, task, {1, 1, round.size});
  return shares ? *plain : objective;
}

} // namespace

std::vector<Cell> cells_of(const Plan& plan, const Places& places) {
  Order order(plan, places);
  for (const Round& round : rounds_of(plan)) {
    for (const Objective& objective : plan.objectives) {
      for (const std::string& backbone : plan.backbones) {
        for (const Task& task : plan.tasks) {
          if (takes_part(objective, task, round)) {
            order.add_trial({plan, objective, tuned_by(plan, objective, task, round), backbone, task, task.labelled[round.size],
                             objective.pretrains() ? round.pretrain_seed : 0, round.finetune_seed});
          }
        }
      }
    }
  }
  return std::move(order.cells);
}

} // namespace brainmvp::benchmark
