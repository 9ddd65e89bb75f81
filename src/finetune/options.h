// What a fine-tuning can be told.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/encoder_transfer.h"
#include "image/affine.h"
#include "model/model.h"
#include "nn/networks/initialisation.h"
#include "settings/settings.h"
#include "store/intensities.h"
#include "study/studies_file.h"
#include "train/augmentation.h"
#include "train/session_options.h"

namespace brainmvp::finetune {

inline constexpr const char* kScratch = "scratch";

// What to do where memory is short.
inline constexpr const char* kMemoryRelief = "use a smaller --crop, --batch-size or --network, or --checkpoint-activations";

struct RunOptions {
  std::string task = "segment"; // name of a head (model/head.h)
  std::filesystem::path store;
  train::SessionOptions session{.keep = 0};

  std::string task_name;                           // a task of study/task.h or its file; empty: none
  std::string recipe = "paper";                    // or "tiny", for CPUs and demonstrations, or "auto"
  std::string init;                                // run folder or checkpoint, or kScratch
  std::string network;                             // of kScratch, and of an `init` that does not say its own
  std::string scratch_network = "uniformer_small"; // where `network` does not say
  checkpoint::Stem stem = checkpoint::Stem::kInflate;
  nn::Initialisation initialisation = nn::Initialisation::kPyTorch; // of what `init` does not give
  std::vector<std::string> channels = {}; // modalities, one an input channel; empty: all that the training studies have
  std::string reference = {};             // the task's, where the store names none
  study::LabelTable table = {};           // instead of the store's, where it has labels, regions or classes
  std::string classes_from;               // table with the classes, "FILE:COLUMN[:KEYCOLUMN]"; empty: those of the store
  std::string targets_from;               // table with the numbers of a regression, "FILE:COLUMN[,COLUMN...][:KEYCOLUMN]"
  std::string loss = "l2";                // of a regression; or "l1"
  std::optional<int> fold;                // of cross-validation: it is validation, and the others are for training
  std::optional<int> folds;               // made by patient, classes shared alike; nothing: those of the studies file

  image::Size crop{96, 96, 96}; // for heads of whole volumes the size of those
  model::Sizing sizing = model::Sizing::kResize;
  std::int64_t batch_size = 2;
  std::uint64_t epochs = 300;
  std::optional<std::uint64_t> steps; // optimizer steps of the schedule; nothing: `epochs` over the training studies
  double learning_rate = 3e-4;
  double encoder_rate = 1; // factor of the learning rate for the encoder
  double weight_decay = 1e-4;
  bool decoupled_decay = true; // AdamW; otherwise Adam, as published
  double foreground_rate = 0.5;
  std::size_t mix_channels = 3; // most channels that a mixture takes from templates; 0: no mixtures
  double consistency_weight = 0.1;
  std::string augmentation_set = "light";
  train::AugmentationOptions augmentation;
  double dropout = 0;
  bool unbalanced = false; // studies are drawn alike, not classes

  double overlap = 0.5; // of the sliding window in validation
  store::Intensities intensities = store::Intensities::kUnclipped;
};

// The options of this task's kind as settings.
void add_settings(settings::Settings& settings, RunOptions& options);

} // namespace brainmvp::finetune
