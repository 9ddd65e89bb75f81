#include "pretrain/run.h"

#include <memory>
#include <vector>

#include "base/own_files.h"
#include "base/text.h"
#include "command.h"
#include "nn/networks/backbones.h"
#include "session_options.h"

namespace brainmvp::app {
namespace {

using pretrain::Recipe;

// Texts and numbers as they stand on the command line; what is left out comes from the recipe.
struct PretrainArguments {
  pretrain::RunOptions run;
  bool verify_store = false;
  std::string recipe = "released";
  std::vector<std::size_t> crop;
  std::string template_init;
  std::vector<std::size_t> template_size;
  std::string intensities;
  std::string initialisation;
};

void add_run_options(CLI::App& command, PretrainArguments& arguments) {
  pretrain::RunOptions& run = arguments.run;
  command.add_option("STORE", run.store, "Folder that `brainmvp prepare` wrote")->required()->group("Input");
  add_verify_option(command, arguments.verify_store);
  add_run_folder(command, run.session);
}

void add_method_options(CLI::App& command, PretrainArguments& arguments) {
  Recipe& recipe = arguments.run.recipe;
  const auto add = [&command](const std::string& name, auto& value, const std::string& text) {
    return command.add_option(name, value, text)->group("pretrain");
  };
  add("--recipe", arguments.recipe, "Set of defaults: " + join(pretrain::recipe_names(), ", "))->capture_default_str();
  add("--network", recipe.network, "Network: " + join(nn::network_names(), ", "));
  add("--crop", arguments.crop, "Side of the random crops in voxels, or three sides")->expected(1, 3)->check(CLI::PositiveNumber);
  add("--channels", recipe.brainmvp.channels, "Modalities of a study that a sample holds")->check(CLI::PositiveNumber);
  add("--mask-rate", recipe.brainmvp.mask_rate, "Share of the blocks that is masked")->check(CLI::Range(0.0, 1.0));
  add("--mask-block", recipe.brainmvp.mask_block, "Side of a masked block in voxels")->check(CLI::PositiveNumber);
  add("--weight-distillation", recipe.brainmvp.weights.distillation,
      "Weight of the error of view 1 (modality template distillation)");
  add("--weight-reconstruction", recipe.brainmvp.weights.reconstruction,
      "Weight of the error of view 2 (cross-modal reconstruction)");
  add("--weight-contrastive", recipe.brainmvp.weights.contrastive, "Weight of the modality-aware contrastive term");
  add("--temperature", recipe.brainmvp.weights.temperature, "Temperature of the contrastive term")->check(CLI::PositiveNumber);
  add("--cross-modal-from", recipe.brainmvp.cross_modal_from,
      "Fraction of the schedule from which view 2 shows another modality");
  add("--contrastive-from", recipe.brainmvp.contrastive_from, "Fraction of the schedule from which the contrastive term counts");
  add("--template-init", arguments.template_init, "Where templates start: " + join(objectives::template_init_names(), ", "));
  add_intensities_option(command, arguments.intensities, "pretrain");
  add_initialisation_option(command, arguments.initialisation, "pretrain");
  add("--template-size", arguments.template_size, "Voxels of the template grid, I J K")->expected(3)->check(CLI::PositiveNumber);
}

void add_pretraining_options(CLI::App& command, PretrainArguments& arguments) {
  pretrain::RunOptions& run = arguments.run;
  const auto add = [&command](const std::string& name, auto& value, const std::string& text) {
    return command.add_option(name, value, text)->group("train");
  };
  CLI::Option* steps = add("--steps", run.steps, "Optimizer steps of the schedule")->check(CLI::PositiveNumber);
  add("--epochs", run.recipe.epochs, "Passes over the store, instead of --steps")->check(CLI::PositiveNumber)->excludes(steps);
  add("--batch-size", run.recipe.batch_size, "Studies a rank in each batch")->check(CLI::PositiveNumber);
  add("--accumulate", run.recipe.accumulation, "Batches whose gradients make one step")->check(CLI::PositiveNumber);
  add("--learning-rate", run.recipe.learning_rate, "Peak of the learning rate")->check(CLI::NonNegativeNumber);
  add("--weight-decay", run.recipe.weight_decay, "AdamW's decoupled decay")->check(CLI::NonNegativeNumber);
  add("--log-images-every", run.session.log_images_every, "Steps between pictures for TensorBoard; 0: none")
      ->capture_default_str();
  add("--init", run.init, "Checkpoint (.pt or .safetensors) whose weights to start from")->type_name("FILE");
  add_session_options(command, run.session, "an epoch, but at least 1/100 of the schedule");
}

void fill_from_recipe(CLI::App& command, const Recipe& recipe) {
  const objectives::LossWeights& weights = recipe.brainmvp.weights;
  const std::vector<std::pair<const char*, std::string>> defaults{
      {"--network", recipe.network},
      {"--initialisation", nn::initialisation_name(recipe.initialisation)},
      {"--channels", std::to_string(recipe.brainmvp.channels)},
      {"--mask-rate", shortest(recipe.brainmvp.mask_rate)},
      {"--mask-block", std::to_string(recipe.brainmvp.mask_block)},
      {"--weight-distillation", shortest(weights.distillation)},
      {"--weight-reconstruction", shortest(weights.reconstruction)},
      {"--weight-contrastive", shortest(weights.contrastive)},
      {"--temperature", shortest(weights.temperature)},
      {"--cross-modal-from", shortest(recipe.brainmvp.cross_modal_from)},
      {"--contrastive-from", shortest(recipe.brainmvp.contrastive_from)},
      {"--template-init", objectives::template_init_name(recipe.brainmvp.template_init)},
      {"--epochs", std::to_string(recipe.epochs)},
      {"--batch-size", std::to_string(recipe.batch_size)},
      {"--accumulate", std::to_string(recipe.accumulation)},
      {"--learning-rate", shortest(recipe.learning_rate)},
      {"--weight-decay", shortest(recipe.weight_decay)}};
  for (const auto& [name, value] : defaults) {
    set_unless_given(command, name, {value});
  }
  set_unless_given(command, "--intensities", {store::kIntensitiesNames.at(static_cast<std::size_t>(recipe.intensities))});
  set_unless_given(command, "--crop", texts_of(recipe.crop));
  set_unless_given(command, "--template-size", texts_of(recipe.brainmvp.template_size));
}

void run_pretrain(CLI::App& command, PretrainArguments& arguments, const CommonOptions& common) {
  pretrain::RunOptions& run = arguments.run;
  restore_options(command, run.session);
  check_places(run.session, common.force, run.store, "pretrain");
  check_init(run.init);
  fill_from_recipe(command, pretrain::recipe(arguments.recipe));
  run.recipe.name = arguments.recipe;
  run.recipe.crop = size_of("--crop", arguments.crop);
  run.recipe.brainmvp.template_size = size_of("--template-size", arguments.template_size);
  run.recipe.brainmvp.template_init = objectives::template_init(arguments.template_init);
  run.recipe.intensities = intensities_named(arguments.intensities);
  run.recipe.initialisation = nn::initialisation(arguments.initialisation);
  finish_session(command, common, run.session);
  if (!run.session.resume) {
    refuse_output_above(run.session.folder, {run.store, run.init});
  }
  if (arguments.verify_store) {
    verify_before_training(run.session, run.store);
  }
  pretrain::run_pretraining(run);
}

} // namespace

Command add_pretrain(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand("pretrain", "Pre-train a network and templates on a store");
  add_common_options(*command, common, {.force = true, .config = true, .threads = true, .seed = true, .device = true});
  const auto arguments = std::make_shared<PretrainArguments>();
  add_run_options(*command, *arguments);
  add_method_options(*command, *arguments);
  add_pretraining_options(*command, *arguments);
  return {command, [command, arguments, &common] { run_pretrain(*command, *arguments, common); },
          "use a smaller --crop, --batch-size, --template-size or --network, or --checkpoint-activations"};
}

} // namespace brainmvp::app
