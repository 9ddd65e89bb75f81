#include "base/text.h"
#include "finetune/head.h"
#include "nn/networks/backbones.h"
#include "study/task.h"
#include "train/shared_settings.h"

namespace brainmvp::finetune {
namespace {

using settings::at_least;
using settings::between;
using settings::Setting;
using settings::Slot;

const std::vector<std::string> kRecipes{"auto", "paper", "tiny"};
const std::vector<std::string> kAugmentationSets{"none", "light", "full"};

void add_model_settings(settings::Settings& settings, RunOptions& options) {
  settings.add(
      "finetune",
      {{.name = "task",
        .slot = options.task_name,
        .help = "Channels, labels, folds and defaults of a task: " + join(study::task_names(), ", ") + ", or a .toml file"},
       {.name = "recipe",
        .slot = Slot(options.recipe).one_of(kRecipes),
        .help = "Set of defaults; auto: chosen for the store and this machine"},
       {.name = "network",
        .slot = Slot(options.network).one_of(nn::network_names()),
        .help = "Network of --init scratch, or of a file that does not say it"},
       {.name = "scratch_network", .slot = options.scratch_network, .recipes = {{"tiny", {"uniformer_tiny"}}}},
       {.name = "channels",
        .slot = options.channels,
        .help = "Modalities, one per input channel; without it all that the training studies have"},
       {.name = "fold",
        .slot = options.fold,
        .help = "Fold of cross-validation, from 0, that is for validation",
        .range = at_least(0)},
       {.name = "folds",
        .slot = options.folds,
        .help = "Number of folds to make, by patient; default: those of the studies file or of --task",
        .range = between(2, 1000),
        .needs = "fold"},
       train::intensities_setting(options.intensities),
       train::initialisation_setting(options.initialisation),
       {.name = "stem",
        .slot = Slot(options.stem, {"inflate", "reinit"}),
        .help = "First convolution, from one channel to several: inflate keeps what it learned, reinit starts it anew, at the "
                "full rate"}});
}

void add_training_settings(settings::Settings& settings, RunOptions& options) {
  settings.add(
      "train",
      {{.name = "steps", .slot = options.steps, .help = "Optimizer steps of the schedule", .range = at_least(1)},
       {.name = "epochs",
        .slot = options.epochs,
        .help = "Passes over the training studies, instead of --steps",
        .range = at_least(1),
        .excludes = "steps"},
       {.name = "batch_size", .slot = options.batch_size, .help = "Samples per step", .range = at_least(1)},
       {.name = "learning_rate", .slot = options.learning_rate, .help = "Highest learning rate", .range = at_least(0)},
       {.name = "encoder_rate",
        .slot = options.encoder_rate,
        .help = "Factor of the learning rate for the encoder",
        .range = at_least(0)},
       {.name = "weight_decay", .slot = options.weight_decay, .help = "Weight decay", .range = at_least(0)},
       {.name = "decay",
        .slot = Slot(options.decoupled_decay, {"coupled", "decoupled"}),
        .help = "decoupled: AdamW, a share of the weights; coupled: Adam, added to the gradient, which drives layers with small "
                "gradients, the deepest, to zero",
        .recipes = {{"paper", {"coupled"}}}}});
  train::add_settings(settings, options.session, "ten times in the schedule");
}

} // namespace

std::vector<Setting> augmentation_settings(train::AugmentationOptions& options) {
  std::vector<Setting> rows{
      {.name = "flip", .slot = options.flip, .help = "Probability of a flip, of each axis", .recipes = {{"none", {0}}}},
      {.name = "rotation",
       .slot = options.rotation,
       .help = "Probability of a rotation by up to 15 degrees about each axis",
       .recipes = {{"full", {0.2}}}},
      {.name = "scaling",
       .slot = options.scaling,
       .help = "Probability of growing or shrinking by up to 15 percent",
       .recipes = {{"full", {0.2}}}},
      {.name = "intensity_scale",
       .slot = options.intensity_scale,
       .help = "Largest relative change of a channel's contrast",
       .recipes = {{"none", {0}}}},
      {.name = "intensity_shift",
       .slot = options.intensity_shift,
       .help = "Largest change of a channel's brightness",
       .recipes = {{"none", {0}}}},
      {.name = "gamma",
       .slot = options.gamma,
       .help = "Probability of a gamma change, exponent 1/1.3 to 1.3",
       .recipes = {{"full", {0.3}}}},
      {.name = "noise",
       .slot = options.noise,
       .help = "Probability of Gaussian noise of up to 0.05",
       .recipes = {{"full", {0.1}}}},
      {.name = "blur", .slot = options.blur, .help = "Probability of a blur of up to 1 voxel", .recipes = {{"full", {0.1}}}},
      {.name = "low_resolution",
       .slot = options.low_resolution,
       .help = "Probability of voxels up to twice as large",
       .recipes = {{"full", {0.1}}}}};
  for (Setting& row : rows) {
    row.range = between(0, 1);
  }
  return rows;
}

void add_settings(settings::Settings& settings, RunOptions& options) {
  add_model_settings(settings, options);
  settings.add("finetune", head_settings(options));
  add_training_settings(settings, options);
  settings.add("augmentation", {{.name = "augmentation",
                                 .slot = Slot(options.augmentation_set).one_of(kAugmentationSets),
                                 .help = "Set of defaults of the options below"}});
  settings.add("augmentation", augmentation_settings(options.augmentation));
}

} // namespace brainmvp::finetune
