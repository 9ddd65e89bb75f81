#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <set>

#include "base/counted.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "finetune/head.h"
#include "finetune/whole_volumes.h"
#include "metrics/classification.h"
#include "parallel/sums.h"
#include "runtime/to_device.h"
#include "study/class_source.h"

namespace brainmvp::finetune {
namespace {

using torch::Tensor;

// In checkpoints of classifications since the studies of each class are drawn from a stream of their own.
constexpr const char* kClassStreams = "class_streams";

Tensor class_tensor(const std::vector<std::size_t>& classes, const at::Device& device) {
  return runtime::to_device(at::tensor(std::vector<std::int64_t>(classes.begin(), classes.end())), device);
}

class ClassificationLearner : public WholeVolumeLearner {
public:
  // `classes`: one a position in the store, of those in training and validation; `strata`: of the training studies.
  ClassificationLearner(const TrainingSetup& setup, std::vector<std::size_t> classes, std::vector<std::size_t> strata,
                        const std::shared_ptr<torch::nn::Module>& network)
      : WholeVolumeLearner(setup, network, std::move(strata)), classes_(std::move(classes)) {}

  Validation validate() override;

protected:
  [[nodiscard]] NamedTensors losses(const SampleBatch& samples, const parallel::BatchShare& share) const override;
  [[nodiscard]] std::string evaluated(const std::string& predictions) const override { return predictions + " --classification"; }

private:
  std::vector<std::size_t> classes_;
};

NamedTensors ClassificationLearner::losses(const SampleBatch& samples, const parallel::BatchShare& share) const {
  std::vector<std::size_t> classes;
  for (const Sample& sample : samples.samples) {
    classes.push_back(classes_[sample.study]);
  }
  const Tensor loss = at::cross_entropy_loss(outputs(samples, share).to(at::kFloat), class_tensor(classes, setup().device));
  return {{"loss", parallel::mean_over_ranks(loss, share)}};
}

train::Learner::Validation ClassificationLearner::validate() {
  const std::size_t classes = setup().description.table.classes.size();
  metrics::ClassificationCases cases{.classes = classes, .labels = {}, .probabilities = {}};
  for (const std::size_t position : setup().validation) {
    cases.labels.push_back(classes_[position]);
  }
  // The cross-entropy of each study, and the probabilities of its classes.
  const std::vector<double> numbers =
      over_validation(1 + classes, [&](std::size_t i, const Tensor& logits, std::span<double> own) {
        own[0] = at::cross_entropy_loss(logits, class_tensor({cases.labels[i]}, at::kCPU)).item<double>();
        const Tensor probabilities = at::softmax(logits, 1).to(at::kDouble).contiguous();
        std::copy_n(probabilities.const_data_ptr<double>(), classes, own.begin() + 1);
      });
  double sum = 0;
  for (auto own = numbers.begin(); own != numbers.end(); own += static_cast<std::ptrdiff_t>(1 + classes)) {
    sum += *own;
    cases.probabilities.insert(cases.probabilities.end(), own + 1, own + static_cast<std::ptrdiff_t>(1 + classes));
  }
  Validation validation{.loss = sum / static_cast<double>(setup().validation.size()), .values = {}};
  validation.values.emplace_back("validation_loss", validation.loss);
  if (std::set<std::size_t>(cases.labels.begin(), cases.labels.end()).size() > 1) { // one class alone has no AUC
    const metrics::ClassificationMetrics found = metrics::classify_metrics(cases);
    validation.values.emplace_back("validation_balanced_accuracy", found.balanced_accuracy);
    validation.values.emplace_back("validation_auc", found.auc);
    const std::vector<std::size_t> given = metrics::predicted_classes(cases);
    if (std::ranges::count(given, given.front()) == std::ssize(given)) {
      validation.flat = "gives every study the class " + setup().description.table.classes[given.front()];
    }
  }
  return validation;
}

std::vector<std::string> classes_from_table(const std::string& source, const store::Store& store) {
  const study::ClassJoin join = study::join_classes(study::parse_class_source(source), study_keys(store));
  study::Findings findings;
  study::report_join(join, findings);
  study::warn_of(findings);
  std::vector<std::string> classes;
  for (const std::optional<std::string>& name : join.classes) {
    classes.push_back(name.value_or(""));
  }
  return classes;
}

// The class of each study of the store, empty where it has none: of options.classes_from, else the store's.
std::vector<std::string> classes_of(const RunOptions& options, const store::Store& store) {
  if (!options.classes_from.empty()) {
    return classes_from_table(options.classes_from, store);
  }
  std::vector<std::string> classes;
  for (const store::StoredStudy& study : store.studies()) {
    classes.push_back(study.class_name().value_or(""));
  }
  return classes;
}

// Names of the classes: those that are declared, else those of the studies, sorted.
std::vector<std::string> class_names(const std::vector<std::string>& declared, const std::vector<std::string>& classes,
                                     const Selection& selection) {
  std::set<std::string> found;
  for (const std::size_t position : selection.training) {
    found.insert(classes[position]);
  }
  if (found.size() < 2) {
    throw Error(ExitCode::kNothingFound, "the training studies have " + brainmvp::counted(found.size(), "class", "classes") +
                                             " (" + join(std::vector<std::string>(found.begin(), found.end()), ", ") +
                                             "); expected at least two");
  }
  for (const std::size_t position : selection.validation) {
    found.insert(classes[position]);
  }
  for (const std::string& name : found) {
    if (!declared.empty() && std::ranges::count(declared, name) == 0) {
      throw Error(ExitCode::kBadInput, "class " + name + " is not one of the declared classes: " + join(declared, ", "));
    }
  }
  return declared.empty() ? std::vector<std::string>(found.begin(), found.end()) : declared;
}

// `best` follows the cross-entropy over the validation studies; balanced accuracy and AUC are recorded too.
class ClassificationHead : public Head {
public:
  ClassificationHead(const RunOptions& options, const store::Store& store)
      : options_(options), names_(classes_of(options, store)) {}

  [[nodiscard]] std::string what() const override { return "class"; }
  [[nodiscard]] bool has(std::size_t position) const override { return !names_[position].empty(); }
  [[nodiscard]] std::string stratum(std::size_t position) const override { return names_[position]; }

  void describe(const Selection& selection, model::ModelDescription& description) override {
    const std::vector<std::string> classes = class_names(description.table.classes, names_, selection);
    description.table = {.labels = {}, .regions = {}, .classes = classes};
    for (const std::string& name : names_) {
      classes_.push_back(static_cast<std::size_t>(std::ranges::find(classes, name) - classes.begin()));
    }
  }

  [[nodiscard]] checkpoint::Dict entries() const override {
    return {{checkpoint::Value{std::string(kClassStreams)}, checkpoint::Value{true}}};
  }

  [[nodiscard]] std::string change_since(const checkpoint::Value& earlier) const override {
    return !options_.unbalanced && earlier.find(kClassStreams) == nullptr
               ? "the run was begun by an earlier version, which drew the studies of a class in another order: from here on it "
                 "goes through them in the order of this version"
               : "";
  }

  std::unique_ptr<Learner> learner(const TrainingSetup& setup, std::shared_ptr<torch::nn::Module> network) override {
    std::vector<std::size_t> strata;
    for (const std::size_t position : options_.unbalanced ? std::vector<std::size_t>{} : setup.training) {
      strata.push_back(classes_[position]);
    }
    return std::make_unique<ClassificationLearner>(setup, classes_, std::move(strata), network);
  }

private:
  const RunOptions& options_;
  std::vector<std::string> names_; // one a study of the store, empty where it has none
  std::vector<std::size_t> classes_;
};

} // namespace

std::vector<settings::Setting> classification_settings(RunOptions& options) {
  std::vector<settings::Setting> rows = whole_volume_settings(options);
  rows.push_back({.name = "classes_from",
                  .slot = options.classes_from,
                  .help = "Column of a table that holds the classes, instead of the store's",
                  .placeholder = "FILE:COLUMN[:KEYCOLUMN]"});
  rows.push_back({.name = "unbalanced", .slot = options.unbalanced, .help = "Draw each study alike, not each class"});
  return rows;
}

std::unique_ptr<Head> classification_head(const RunOptions& options, const store::Store& store) {
  return std::make_unique<ClassificationHead>(options, store);
}

} // namespace brainmvp::finetune
