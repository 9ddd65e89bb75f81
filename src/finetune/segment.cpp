#include <ATen/ops/empty.h>

#include "base/counted.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "finetune/head.h"
#include "finetune/label_checks.h"
#include "finetune/losses.h"
#include "infer/sliding_window.h"
#include "model/outputs.h"
#include "nn/kernels/execution.h"
#include "runtime/to_device.h"
#include "train/process.h"

namespace brainmvp::finetune {
namespace {

using torch::Tensor;

Tensor whole_label(const store::StoredStudy& study) {
  const image::Size& size = study.size();
  const auto side = [&](std::size_t axis) { return static_cast<std::int64_t>(size[axis]); };
  Tensor label = at::empty({side(0), side(1), side(2)}, at::kByte);
  study.copy_label_crop({0, 0, 0}, size, std::span(label.mutable_data_ptr<std::uint8_t>(), image::voxel_count(size)));
  return label;
}

// 1 where both are empty, as in brainmvp evaluate.
double dice_of(const Tensor& prediction, const Tensor& reference) {
  const auto both = prediction.logical_and(reference).sum().item<double>();
  const auto sizes = prediction.sum().item<double>() + reference.sum().item<double>();
  return sizes == 0 ? 1 : 2 * both / sizes;
}

class SegmentationLearner : public Learner {
public:
  SegmentationLearner(const TrainingSetup& setup, std::vector<Foreground> foregrounds,
                      std::shared_ptr<nn::SegmentationNetwork> network)
      : Learner(setup, network), foregrounds_(std::move(foregrounds)), network_(std::move(network)),
        outputs_(model::output_values(setup.description)) {}

  Validation validate() override;

protected:
  [[nodiscard]] std::unique_ptr<Reader> read(const store::Distribution& distribution, std::uint64_t first) const override {
    return read_crops(setup().store, setup().training, foregrounds_, sample_options(distribution), first);
  }

  [[nodiscard]] NamedTensors losses(const SampleBatch& samples, const parallel::BatchShare& share) const override;
  [[nodiscard]] std::string evaluated(const std::string& predictions) const override { return predictions; }
  [[nodiscard]] std::size_t mix_channels() const override { return setup().options.mix_channels; }

private:
  [[nodiscard]] Tensor decided(const store::StoredStudy& study) const; // outputs of the whole prepared volume: [K, H, W, D] bool

  std::vector<Foreground> foregrounds_;
  std::shared_ptr<nn::SegmentationNetwork> network_;
  std::vector<std::vector<int>> outputs_;
};

NamedTensors SegmentationLearner::losses(const SampleBatch& samples, const parallel::BatchShare& share) const {
  const NetworkBatch batch = network_batch_of(samples);
  nn::Segmentation output;
  {
    const runtime::AutocastScope autocast(setup().precision, setup().device);
    const nn::ExecutionScope execution(train::execution_over(share));
    output = network_->forward(batch.images);
  }
  const Tensor target = one_hot(batch.labels, outputs_);
  const Tensor valid = counted(batch.labels, setup().description.table.ignore);
  const Tensor supervised = supervised_loss(output, target, setup().description.exclusive(), share, valid);
  const bool mixed = setup().options.mix_channels > 0;
  const Tensor consistency = mixed ? consistency_loss(output.quarter, share) : at::zeros_like(supervised);
  return {{"loss", supervised + setup().options.consistency_weight * consistency},
          {"supervised", supervised},
          {"consistency", consistency}};
}

Tensor SegmentationLearner::decided(const store::StoredStudy& study) const {
  const model::ModelDescription& description = setup().description;
  const auto tile = [&](const Tensor& input) {
    const runtime::AutocastScope autocast(setup().precision, setup().device);
    return network_->forward(runtime::to_device(input, setup().device)).logits;
  };
  const Tensor logits = infer::slide(whole_study(study), description.outputs(),
                                     {.window = description.window, .overlap = setup().options.overlap}, tile);
  if (!description.exclusive()) {
    return logits > 0;
  }
  const Tensor winner = logits.argmax(0);
  std::vector<Tensor> outputs;
  for (std::int64_t output = 0; output < logits.size(0); ++output) {
    outputs.push_back(winner.eq(output));
  }
  return at::stack(outputs);
}

train::Learner::Validation SegmentationLearner::validate() {
  const std::int64_t first = setup().description.exclusive() ? 1 : 0; // without the background
  const std::size_t count = outputs_.size();
  std::vector<double> sums(3 * count, 0); // Dice; voxels of the prediction; of the reference
  for (const std::size_t i : own_validation()) {
    const store::StoredStudy& study = setup().store.studies()[setup().validation[i]];
    const Tensor label = whole_label(study).unsqueeze(0);
    const Tensor reference = one_hot(label, outputs_)[0] > 0;
    const Tensor valid = counted(label, setup().description.table.ignore);
    const Tensor found = decided(study);
    const Tensor prediction = valid.defined() ? found.logical_and(valid[0] > 0) : found;
    for (std::int64_t output = first; output < reference.size(0); ++output) {
      const auto at = static_cast<std::size_t>(output);
      sums[at] += dice_of(prediction[output], reference[output]);
      sums[count + at] += prediction[output].sum().item<double>();
      sums[2 * count + at] += reference[output].sum().item<double>();
    }
  }
  sums = setup().group.sum(std::move(sums));
  const std::vector<std::string> names = setup().description.output_names();
  Validation validation;
  double mean = 0;
  std::vector<std::string> never; // predicted, where there is something
  bool any = false;
  for (auto output = static_cast<std::size_t>(first); output < count; ++output) {
    any = any || sums[count + output] > 0;
    if (sums[count + output] == 0 && sums[2 * count + output] > 0) {
      never.push_back(names[output]);
    }
    const double dice = sums[output] / static_cast<double>(setup().validation.size());
    validation.values.emplace_back("validation_dice_" + names[output], dice);
    mean += dice / static_cast<double>(count - static_cast<std::size_t>(first));
  }
  validation.values.emplace_back("validation_dice", mean);
  validation.followed = "validation_dice";
  if (!never.empty()) {
    validation.flat = any ? "never predicts " + join(never, ", ") : "predicts only background";
  }
  validation.loss = 1 - mean;
  return validation;
}

// The foreground of each training study, with the label table checked and completed.
std::vector<Foreground> read_foregrounds(const RunOptions& options, const store::Store& store, const Selection& selection,
                                         study::LabelTable& table) {
  std::vector<std::pair<std::string, Foreground>> found;
  std::vector<std::string> empty;
  for (const std::vector<std::size_t>* positions : {&selection.training, &selection.validation}) {
    for (const std::size_t position : *positions) {
      const store::StoredStudy& study = store.studies()[position];
      found.emplace_back(study.id(), find_foreground(study, options.session.seed, table.ignore));
      if (found.back().second.empty() && positions == &selection.training) {
        empty.push_back(study.id());
      }
    }
  }
  if (!empty.empty()) {
    log::warning(brainmvp::counted(empty.size(), "training study has", "training studies have") +
                 " no foreground, only background: " + join(empty, ", "));
  }
  if (table.labels.empty() && table.regions.empty()) {
    check_undeclared(found, store, selection);
  }
  table.labels = label_names(table, found);
  std::vector<Foreground> foregrounds;
  for (std::size_t i = 0; i < selection.training.size(); ++i) {
    foregrounds.push_back(std::move(found[i].second));
  }
  warn_of_unseen(table, foregrounds);
  if (table.regions.empty() && table.labels.size() < 2) {
    throw Error(ExitCode::kNothingFound, options.store.string() + ": no label map of the training studies has any foreground");
  }
  return foregrounds;
}

// `best` follows 1 - mean Dice over the validation studies and outputs (the background left out), on the prepared grid.
class SegmentationHead : public Head {
public:
  SegmentationHead(const RunOptions& options, const store::Store& store) : options_(options), store_(store) {}

  [[nodiscard]] std::string what() const override { return "label map"; }
  [[nodiscard]] bool has(std::size_t position) const override { return store_.studies()[position].has_label(); }

  void describe(const Selection& selection, model::ModelDescription& description) override {
    foregrounds_ = read_foregrounds(options_, store_, selection, description.table);
    description.table.classes.clear();
  }

  std::unique_ptr<Learner> learner(const TrainingSetup& setup, std::shared_ptr<torch::nn::Module> network) override {
    return std::make_unique<SegmentationLearner>(setup, std::move(foregrounds_),
                                                 std::dynamic_pointer_cast<nn::SegmentationNetwork>(network));
  }

private:
  const RunOptions& options_;
  const store::Store& store_;
  std::vector<Foreground> foregrounds_; // of the training studies
};

} // namespace

std::vector<settings::Setting> segmentation_settings(RunOptions& options) {
  using settings::between;
  return {{.name = "foreground_rate",
           .slot = options.foreground_rate,
           .help = "Share of the crops that are drawn around foreground",
           .range = between(0, 1)},
          {.name = "mix_channels",
           .slot = options.mix_channels,
           .help = "Largest number of channels that each of the two mixtures of a sample takes from templates; 0: no mixtures"},
          {.name = "weight_consistency",
           .slot = options.consistency_weight,
           .help = "Weight of the difference between the two mixtures' predictions"},
          {.name = "overlap", .slot = options.overlap, .help = "Overlap of the windows in validation", .range = between(0, 0.9)},
          {.name = "crop",
           .slot = options.crop,
           .help = "Side of the random crops in voxels, or three sides",
           .range = settings::at_least(1),
           .recipes = {{"tiny", {48}}}}};
}

std::unique_ptr<Head> segmentation_head(const RunOptions& options, const store::Store& store) {
  return std::make_unique<SegmentationHead>(options, store);
}

} // namespace brainmvp::finetune
