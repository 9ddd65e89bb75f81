#include "finetune/automatic.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/log.h"
#include "nn/networks/backbones.h"
#include "runtime/memory_need.h"

namespace brainmvp::finetune {
namespace {

constexpr train::StepsPerStudy kOnGpu{.each = 150, .least = 2000, .most = 100000}; // 300 passes of 2 studies a step, as published

// Positions in the store. Whether a table knows a target of them is not asked, and folds that the run makes are not made yet.
std::vector<std::size_t> training_studies(const RunOptions& options, const store::Store& store) {
  std::vector<std::size_t> positions = store.of_split(study::Split::kTraining);
  if (options.fold) {
    const std::vector<std::size_t> others = store.of_split(study::Split::kValidation);
    positions.insert(positions.end(), others.begin(), others.end());
  }
  std::erase_if(positions, [&](std::size_t position) {
    const store::StoredStudy& study = store.studies()[position];
    const bool left_out = options.fold && !options.folds && study.fold() == options.fold;
    return left_out || (!model::head(options.task).whole_volumes && !study.has_label());
  });
  return positions;
}

std::size_t channels_of(const RunOptions& options, const store::Store& store, const std::vector<std::size_t>& positions) {
  std::set<std::string> modalities;
  for (const std::size_t position : positions) {
    const std::vector<std::string>& own = store.studies()[position].modalities();
    modalities.insert(own.begin(), own.end());
  }
  return options.channels.empty() ? modalities.size() : options.channels.size();
}

} // namespace

Choice choose(const train::StoreFacts& facts, const train::Machine& machine, const StepCost& cost, std::int64_t usual_crop) {
  const std::size_t side = cost.head.whole_volumes ? std::ranges::max(facts.typical) : std::ranges::min(facts.typical);
  const auto fits = [&](std::int64_t crop) {
    const auto length = static_cast<std::size_t>(crop);
    return machine.holds(runtime::kProgramBytes + step_bytes(cost, {length, length, length}));
  };
  return {.crop = train::largest_crop(std::min(usual_crop, static_cast<std::int64_t>(side)), cost.backbone.size_multiple, fits),
          .steps = (machine.gpu ? kOnGpu : train::kStepsOnCpu).of(facts.studies)};
}

void fill_from_store(settings::Settings& settings, RunOptions& options, const Start& start, bool gpu, bool tell) {
  const store::Store store = store::Store::open(options.store);
  const std::vector<std::size_t> positions = training_studies(options, store);
  options.recipe = gpu ? "paper" : "tiny";
  settings.fill_recipe(options.recipe);
  if (positions.empty()) {
    return;
  }
  const train::StoreFacts facts = train::facts_of(store, positions);
  const train::Machine machine = train::this_machine(gpu);
  const bool own_network = start.file.empty() && options.network.empty();
  const model::Head& head = model::head(options.task);
  const Choice choice = choose(facts, machine,
                               {.backbone = nn::backbone(own_network ? options.scratch_network : network_of(start, options)),
                                .head = head,
                                .channels = channels_of(options, store, positions),
                                .outputs = std::max(store.table().labels.size(), store.table().regions.size()),
                                .batch_size = options.batch_size,
                                .mixed = options.mix_channels > 0},
                               static_cast<std::int64_t>(options.crop[0]));
  std::string chosen = "recipe " + options.recipe;
  if (!train::was_given(settings, "crop")) {
    settings.fill("crop", {choice.crop});
    chosen += (head.whole_volumes ? ", volumes brought to " : ", crops of ") + std::to_string(choice.crop) + " voxels";
  }
  chosen += train::fill_steps(settings, choice.steps, static_cast<std::uint64_t>(options.batch_size), facts.studies);
  if (tell) {
    log::info("recipe auto, for " + train::facts_text(facts, machine) + ": " + chosen +
              "; --recipe paper takes the paper's values");
  }
}

} // namespace brainmvp::finetune
