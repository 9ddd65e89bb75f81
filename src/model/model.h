// A fine-tuned model and what its checkpoint says about it, besides the weights.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/value.h"
#include "image/affine.h"
#include "image/volume.h"
#include "model/head.h"
#include "model/training_facts.h"
#include "store/intensities.h"
#include "store/prepare.h"
#include "study/studies_file.h"

namespace brainmvp::model {

// How a whole volume becomes the input of a network that wants one: kPad: zero-padded, smaller half in front, or cut about its
// centre; kResize: trilinear.
enum class Sizing { kPad, kResize };

// A number that a regression learns, with the mean and the deviation that it had in the training, in the units of the table.
struct Target {
  std::string name;
  double mean = 0;
  double deviation = 1;
};

// What the network's outputs mean, by `task`.
//   segment: where there are regions: sigmoid, output r = the union of the values of table.regions[r] (in order);
//   otherwise exclusive labels: softmax, output r = table.labels sorted by value, background (0) first;
//   classify: softmax, output r = table.classes[r];
//   regress: output r, times the deviation of targets[r], plus its mean.
struct ModelDescription {
  std::string task = "segment";      // name of its head
  std::string network;               // nn::network_names()
  std::vector<std::string> channels; // canonical modalities, one an input channel
  study::LabelTable table;
  std::vector<Target> targets;    // of a regression
  image::Size window{96, 96, 96}; // crop of the training; for heads of whole volumes the input's size
  Sizing sizing = Sizing::kPad;
  store::PrepareOptions preparation;
  store::Intensities intensities = store::Intensities::kUnclipped; // of the images it was trained on
  torch::Tensor templates;        // [C, Ht, Wt, Dt], min-max normalised, in the channels' order; 0 where there is none
  std::vector<bool> has_template; // one a channel

  [[nodiscard]] const Head& head() const { return model::head(task); }
  [[nodiscard]] std::vector<std::string> output_names() const { return head().outputs(*this); }
  [[nodiscard]] std::int64_t outputs() const { return static_cast<std::int64_t>(output_names().size()); }
  [[nodiscard]] bool exclusive() const { return table.regions.empty(); } // of segmentations
};

// Entries of a checkpoint: "task", "channels", "labels", "regions", "region_order" and "ignore" (where there are), "classes",
// "window", "sizing", "preparation", "intensities" (without it: clipped, as all were once), "templates", "has_template" and
// "network"; of a regression "targets", "target_means" and "target_deviations".
checkpoint::Dict description_entries(const ModelDescription& description);
// Throws Error(kBadInput) when it is no fine-tuned model (a pre-training is named as such, with what to do).
ModelDescription read_description(const checkpoint::Value& checkpoint, const std::filesystem::path& file);

struct Model {
  ModelDescription description;
  std::filesystem::path file;
  std::string hash;                      // of the file's content
  std::optional<int> fold;               // of the studies file, that the training left out
  bool own_folds = false;                // `fold` is of folds that the training made for itself
  std::optional<TrainingFacts> training; // nothing: of an earlier version
  std::string doubt; // what its training showed against it, "predicts only background (in the validation at step 6)"; or empty
  std::shared_ptr<torch::nn::Module> network; // its head's, in evaluation mode
};

// A run folder (checkpoints/best.pt, else last.pt) or a checkpoint file.
Model load_model(const std::filesystem::path& run_or_file);

} // namespace brainmvp::model
