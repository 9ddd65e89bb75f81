#include "pretrain/options.h"

#include <utility>

#include "base/text.h"
#include "nn/networks/backbones.h"
#include "train/shared_settings.h"

namespace brainmvp::pretrain {
namespace {

using settings::at_least;
using settings::Slot;

const std::vector<std::string> kRecipes{"auto", "paper", "released", "tiny"};

} // namespace

void add_settings(settings::Settings& settings, RunOptions& options) {
  settings::Setting initialisation = train::initialisation_setting(options.initialisation);
  initialisation.recipes = {{"tiny", {std::string("pytorch")}}};
  settings.add("pretrain", {{.name = "recipe",
                             .slot = Slot(options.recipe).one_of(kRecipes),
                             .help = "Set of defaults; auto: chosen for the store and this machine"},
                            {.name = "objective",
                             .slot = Slot(options.objective).one_of(objectives::names()),
                             .help = "What is learned:" + objectives::described()},
                            {.name = "network",
                             .slot = Slot(options.network).one_of(nn::network_names()),
                             .help = "Network",
                             .recipes = {{"tiny", {"uniformer_tiny"}}}},
                            {.name = "crop",
                             .slot = options.crop,
                             .help = "Side of the random crops in voxels, or three sides",
                             .range = at_least(1),
                             .recipes = {{"tiny", {48}}}},
                            train::intensities_setting(options.intensities),
                            std::move(initialisation)});
  for (const auto& [name, objective] : options.objectives) {
    settings.add("pretrain", objective->settings(), name);
  }
  settings.add(
      "train",
      {{.name = "steps", .slot = options.steps, .help = "Optimizer steps of the schedule", .range = at_least(1)},
       {.name = "epochs",
        .slot = options.epochs,
        .help = "Passes over the store, instead of --steps",
        .range = at_least(1),
        .excludes = "steps"},
       {.name = "batch_size",
        .slot = options.batch_size,
        .help = "Studies per batch and rank",
        .range = at_least(1),
        .recipes = {{"tiny", {2}}}},
       {.name = "accumulate",
        .slot = options.accumulation,
        .help = "Batches per step (gradient accumulation)",
        .range = at_least(1),
        .recipes = {{"tiny", {1}}}},
       {.name = "learning_rate",
        .slot = options.learning_rate,
        .help = "Highest learning rate",
        .range = at_least(0),
        .recipes = {{"tiny", {1e-3}}}},
       {.name = "warmup_share", .slot = options.warmup_share, .recipes = {{"tiny", {0.05}}}},
       {.name = "weight_decay", .slot = options.weight_decay, .help = "Weight decay of AdamW (decoupled)", .range = at_least(0)},
       {.name = "log_images_every",
        .slot = options.session.log_images_every,
        .help = "Steps between pictures for TensorBoard; 0: none"},
       {.name = "init",
        .slot = options.init,
        .help = "Checkpoint (.pt or .safetensors) whose weights to start from",
        .placeholder = "FILE"}});
  train::add_settings(settings, options.session, "an epoch, or 1/100 of the schedule if that is more");
}

RunOptions recipe(const std::string& name) {
  RunOptions options;
  settings::Settings settings;
  add_settings(settings, options);
  settings.give("pretrain", "recipe", {name});
  settings.fill_recipe(name);
  return options;
}

} // namespace brainmvp::pretrain
