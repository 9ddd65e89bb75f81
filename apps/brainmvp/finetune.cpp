#include <memory>
#include <vector>

#include "base/error.h"
#include "base/own_files.h"
#include "base/text.h"
#include "command.h"
#include "finetune/run.h"
#include "model/head.h"
#include "nn/networks/backbones.h"
#include "session_options.h"
#include "study/task.h"

namespace brainmvp::app {
namespace {

using finetune::AugmentationOptions;

// Texts and numbers as they stand on the command line; what is left out comes from the recipe.
struct FinetuneArguments {
  finetune::RunOptions run;
  bool verify_store = false;
  std::string task;
  std::string recipe = "paper";
  std::string stem = "inflate";
  std::string sizing = "resize";
  std::string augmentation = "light";
  std::vector<std::size_t> crop;
  std::string intensities = "unclipped";
  std::string initialisation;
  bool unbalanced = false;
};

void add_places(CLI::App& command, FinetuneArguments& arguments) {
  finetune::RunOptions& run = arguments.run;
  command.add_option("STORE", run.store, "Folder that `brainmvp prepare` wrote")->required()->group("Input");
  command
      .add_option("--init", run.init,
                  "Run folder or checkpoint (.pt, .safetensors) whose encoder and templates to start from, or scratch")
      ->required()
      ->type_name("CHECKPOINT|scratch")
      ->group("Input");
  add_verify_option(command, arguments.verify_store);
  add_run_folder(command, run.session);
}

void add_model_options(CLI::App& command, FinetuneArguments& arguments) {
  finetune::RunOptions& run = arguments.run;
  const auto add = [&command](const std::string& name, auto& value, const std::string& text) {
    return command.add_option(name, value, text)->group("finetune");
  };
  add("--task", arguments.task,
      "Channels, labels, folds and defaults of a task: " + join(study::task_names(), ", ") + ", or a .toml file");
  add("--recipe", arguments.recipe, "Set of defaults: " + join(finetune::recipe_names(), ", "))->capture_default_str();
  add("--network", run.network, "Network of --init scratch: " + join(nn::network_names(), ", "));
  add("--channels", run.channels, "Modalities, one an input channel; without it all that the training studies have")
      ->delimiter(',')
      ->allow_extra_args(false);
  CLI::Option* fold =
      add("--fold", run.fold, "Fold of cross-validation, from 0, that is for validation")->check(CLI::NonNegativeNumber);
  add("--folds", run.folds, "Make so many folds by patient; without it those of the studies file or of --task")
      ->check(CLI::Range(2, 1000))
      ->needs(fold);
  add_intensities_option(command, arguments.intensities, "finetune")->capture_default_str();
  add_initialisation_option(command, arguments.initialisation, "finetune");
  add("--stem", arguments.stem, "First convolution, from one channel to several: inflate keeps what it learned, reinit draws it")
      ->capture_default_str()
      ->check(CLI::IsMember({"inflate", "reinit"}));
}

void add_segmentation_options(CLI::App& command, FinetuneArguments& arguments) {
  finetune::RunOptions& run = arguments.run;
  const auto add = [&command](const std::string& name, auto& value, const std::string& text) {
    return command.add_option(name, value, text)->group("finetune")->capture_default_str();
  };
  add("--foreground-rate", run.foreground_rate, "Share of the crops that are drawn around foreground")
      ->check(CLI::Range(0.0, 1.0));
  add("--mix-channels", run.mix_channels,
      "Most channels that each of a sample's two mixtures takes from templates; 0: no mixtures");
  add("--weight-consistency", run.consistency_weight, "Weight of the difference between the two mixtures' predictions");
  add("--overlap", run.overlap, "Overlap of the windows in validation")->check(CLI::Range(0.0, 0.9));
  command.add_option("--crop", arguments.crop, "Side of the random crops in voxels, or three sides")
      ->expected(1, 3)
      ->check(CLI::PositiveNumber)
      ->group("finetune");
}

void add_whole_volume_options(CLI::App& command, FinetuneArguments& arguments) {
  command.add_option("--crop", arguments.crop, "Size that a whole volume is brought to: one side, or three")
      ->expected(1, 3)
      ->check(CLI::PositiveNumber)
      ->group("finetune");
  command
      .add_option("--sizing", arguments.sizing,
                  "resize interpolates the volume to that size, pad adds zeros or cuts about the centre")
      ->capture_default_str()
      ->check(CLI::IsMember({"resize", "pad"}))
      ->group("finetune");
  command.add_option("--dropout", arguments.run.dropout, "Share of the pooled features that is left out in training")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 0.99))
      ->group("finetune");
}

void add_classification_options(CLI::App& command, FinetuneArguments& arguments) {
  command
      .add_option("--classes-from", arguments.run.classes_from,
                  "Column of a table that holds the classes, instead of the store's")
      ->type_name("FILE:COLUMN[:KEYCOLUMN]")
      ->group("finetune");
  add_whole_volume_options(command, arguments);
  command.add_flag("--unbalanced", arguments.unbalanced, "Draw each study alike, not each class")->group("finetune");
}

void add_regression_options(CLI::App& command, FinetuneArguments& arguments) {
  command.add_option("--targets-from", arguments.run.targets_from, "Columns of a table that hold the numbers to learn")
      ->type_name("FILE:COLUMN[,COLUMN...][:KEYCOLUMN]")
      ->group("finetune");
  command.add_option("--loss", arguments.run.loss, "Difference that is made small: l1 absolute, l2 squared")
      ->capture_default_str()
      ->check(CLI::IsMember({"l1", "l2"}))
      ->group("finetune");
  add_whole_volume_options(command, arguments);
}

void add_finetuning_options(CLI::App& command, FinetuneArguments& arguments) {
  finetune::RunOptions& run = arguments.run;
  const auto add = [&command](const std::string& name, auto& value, const std::string& text) {
    return command.add_option(name, value, text)->group("train");
  };
  CLI::Option* steps = add("--steps", run.steps, "Optimizer steps of the schedule")->check(CLI::PositiveNumber);
  add("--epochs", run.epochs, "Passes over the training studies, instead of --steps")
      ->check(CLI::PositiveNumber)
      ->excludes(steps);
  add("--batch-size", run.batch_size, "Samples a step")->check(CLI::PositiveNumber);
  add("--learning-rate", run.learning_rate, "Peak of the learning rate")->capture_default_str()->check(CLI::NonNegativeNumber);
  add("--encoder-rate", run.encoder_rate, "Factor of the learning rate for the encoder")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  add("--weight-decay", run.weight_decay, "Adam's decay, added to the gradient")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  add_session_options(command, run.session, "ten times in the schedule");
}

// Option of each change, and where its probability or strength stands.
struct AugmentationOption {
  const char* name;
  double AugmentationOptions::*value;
  const char* text;
};
constexpr AugmentationOption kAugmentations[]{
    {"--flip", &AugmentationOptions::flip, "Probability of a flip, of each axis"},
    {"--rotation", &AugmentationOptions::rotation, "Probability of a rotation by up to 15 degrees about each axis"},
    {"--scaling", &AugmentationOptions::scaling, "Probability of growing or shrinking by up to 15 percent"},
    {"--intensity-scale", &AugmentationOptions::intensity_scale, "Largest relative change of a channel's contrast"},
    {"--intensity-shift", &AugmentationOptions::intensity_shift, "Largest change of a channel's brightness"},
    {"--gamma", &AugmentationOptions::gamma, "Probability of a gamma change, exponent 1/1.3 to 1.3"},
    {"--noise", &AugmentationOptions::noise, "Probability of Gaussian noise of up to 0.05"},
    {"--blur", &AugmentationOptions::blur, "Probability of a blur of up to 1 voxel"},
    {"--low-resolution", &AugmentationOptions::low_resolution, "Probability of voxels up to twice as large"}};

void add_augmentation_options(CLI::App& command, FinetuneArguments& arguments) {
  command
      .add_option("--augmentation", arguments.augmentation,
                  "Set of defaults of the options below: " + join(finetune::augmentation_names(), ", "))
      ->capture_default_str()
      ->group("augmentation");
  for (const AugmentationOption& option : kAugmentations) {
    command.add_option(option.name, arguments.run.augmentation.*option.value, option.text)
        ->group("augmentation")
        ->check(CLI::Range(0.0, 1.0));
  }
}

// What a task says, where the user does not.
void fill_from_task(CLI::App& command, FinetuneArguments& arguments) {
  const study::Task task = study::task(arguments.task);
  if (task.kind_name() != arguments.run.task) {
    throw Error(ExitCode::kUsage, "--task " + arguments.task + " is for finetune " + task.kind_name());
  }
  arguments.run.table = task.table;
  arguments.run.reference = task.reference;
  set_unless_given(command, "--channels", task.channels);
  with_context("--task " + arguments.task, [&] {
    for (const auto& [name, values] : task.settings) {
      set_unless_given(command, name, values);
    }
  });
}

void fill_defaults(CLI::App& command, FinetuneArguments& arguments) {
  if (!arguments.task.empty()) {
    fill_from_task(command, arguments);
  }
  const finetune::Recipe recipe = finetune::recipe(arguments.recipe);
  if (arguments.run.init == finetune::kScratch) {
    set_unless_given(command, "--network", {recipe.network});
  }
  set_unless_given(command, "--initialisation", {nn::initialisation_name(recipe.initialisation)});
  set_unless_given(command, "--crop", texts_of(recipe.crop));
  set_unless_given(command, "--epochs", {std::to_string(recipe.epochs)});
  set_unless_given(command, "--batch-size", {std::to_string(recipe.batch_size)});
  const AugmentationOptions augmentation = finetune::augmentation(arguments.augmentation);
  for (const AugmentationOption& option : kAugmentations) {
    set_unless_given(command, option.name, {shortest(augmentation.*option.value)});
  }
}

void run_finetune(CLI::App& command, FinetuneArguments& arguments, const CommonOptions& common) {
  finetune::RunOptions& run = arguments.run;
  restore_options(command, run.session);
  check_places(run.session, common.force, run.store, "finetune");
  check_init(run.init == finetune::kScratch ? "" : run.init);
  fill_defaults(command, arguments);
  run.crop = size_of("--crop", arguments.crop);
  run.stem = arguments.stem == "inflate" ? checkpoint::Stem::kInflate : checkpoint::Stem::kReinitialise;
  run.sizing = arguments.sizing == "pad" ? model::Sizing::kPad : model::Sizing::kResize;
  run.balanced = !arguments.unbalanced;
  run.intensities = intensities_named(arguments.intensities);
  run.initialisation = nn::initialisation(arguments.initialisation);
  finish_session(command, common, run.session);
  if (!run.session.resume) {
    refuse_output_above(run.session.folder, {run.store, run.init});
  }
  if (arguments.verify_store) {
    verify_before_training(run.session, run.store);
  }
  finetune::run_finetuning(run);
}

Command add_kind(CLI::App& parent, CommonOptions& common, const std::string& head,
                 void (*add_own_options)(CLI::App& command, FinetuneArguments& arguments)) {
  CLI::App* command = parent.add_subcommand(head, model::head(head).sentence);
  add_common_options(*command, common, {.force = true, .config = true, .threads = true, .seed = true, .device = true});
  const auto arguments = std::make_shared<FinetuneArguments>();
  arguments->run.task = head;
  add_places(*command, *arguments);
  add_model_options(*command, *arguments);
  add_own_options(*command, *arguments);
  add_finetuning_options(*command, *arguments);
  add_augmentation_options(*command, *arguments);
  return {command, [command, arguments, &common] { run_finetune(*command, *arguments, common); },
          "use a smaller --crop, --batch-size or --network, or --checkpoint-activations"};
}

} // namespace

std::vector<Command> add_finetune(CLI::App& program, CommonOptions& common) {
  CLI::App* parent =
      program.add_subcommand("finetune", "Train a segmentation, a classification or a regression from a pre-trained encoder");
  parent->require_subcommand(1);
  return {add_kind(*parent, common, "segment", add_segmentation_options),
          add_kind(*parent, common, "classify", add_classification_options),
          add_kind(*parent, common, "regress", add_regression_options)};
}

} // namespace brainmvp::app
