#include <ATen/ops/from_blob.h>
#include <ATen/ops/l1_loss.h>
#include <ATen/ops/mse_loss.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "finetune/head.h"
#include "finetune/whole_volumes.h"
#include "metrics/regression.h"
#include "parallel/sums.h"
#include "runtime/to_device.h"
#include "study/number_source.h"

namespace brainmvp::finetune {
namespace {

using torch::Tensor;

using Numbers = std::vector<std::vector<double>>; // one a study of the store: one a target, in the table's units

// Whether predictions of different numbers differ by less than a hundredth of these numbers' deviation.
bool nearly_constant(const metrics::RegressionCases& cases, double deviation) {
  const auto [lowest, highest] = std::ranges::minmax(cases.predicted);
  const auto [least, most] = std::ranges::minmax(cases.truth);
  return least < most && highest - lowest < 0.01 * deviation;
}

class RegressionLearner : public WholeVolumeLearner {
public:
  RegressionLearner(const TrainingSetup& setup, Numbers numbers, const std::shared_ptr<torch::nn::Module>& network)
      : WholeVolumeLearner(setup, network, {}), numbers_(std::move(numbers)) {}

  Validation validate() override;

protected:
  [[nodiscard]] NamedTensors losses(const SampleBatch& samples, const parallel::BatchShare& share) const override;
  [[nodiscard]] std::string evaluated(const std::string& predictions) const override {
    return predictions + " --regression --targets-from " + setup().options.targets_from;
  }

private:
  [[nodiscard]] Tensor loss(const Tensor& outputs, const std::vector<std::size_t>& positions) const;

  Numbers numbers_;
};

// Of outputs [B, K] for the studies at `positions`, in units of each target's deviation.
Tensor RegressionLearner::loss(const Tensor& outputs, const std::vector<std::size_t>& positions) const {
  const std::vector<model::Target>& targets = setup().description.targets;
  std::vector<float> standardised;
  for (const std::size_t position : positions) {
    for (std::size_t k = 0; k < targets.size(); ++k) {
      standardised.push_back(static_cast<float>((numbers_[position][k] - targets[k].mean) / targets[k].deviation));
    }
  }
  const Tensor wanted = at::from_blob(standardised.data(), outputs.sizes(), at::kFloat).clone().to(outputs.device());
  return setup().options.loss == "l1" ? at::l1_loss(outputs, wanted) : at::mse_loss(outputs, wanted);
}

NamedTensors RegressionLearner::losses(const SampleBatch& samples, const parallel::BatchShare& share) const {
  std::vector<std::size_t> positions;
  std::ranges::transform(samples.samples, std::back_inserter(positions), &Sample::study);
  return {{"loss", parallel::mean_over_ranks(loss(outputs(samples, share).to(at::kFloat), positions), share)}};
}

train::Learner::Validation RegressionLearner::validate() {
  const std::vector<std::size_t>& studies = setup().validation;
  const std::vector<model::Target>& targets = setup().description.targets;
  // The loss of each study, and its predicted numbers.
  const std::size_t width = 1 + targets.size();
  const std::vector<double> found = over_validation(width, [&](std::size_t i, const Tensor& outputs, std::span<double> own) {
    own[0] = loss(outputs, {studies[i]}).item<double>();
    for (std::size_t k = 0; k < targets.size(); ++k) {
      own[1 + k] = outputs[0][static_cast<std::int64_t>(k)].item<double>() * targets[k].deviation + targets[k].mean;
    }
  });
  double sum = 0;
  for (std::size_t i = 0; i < studies.size(); ++i) {
    sum += found[i * width];
  }
  Validation validation{.loss = sum / static_cast<double>(studies.size()), .values = {}};
  validation.values.emplace_back("validation_loss", validation.loss);
  for (std::size_t k = 0; k < targets.size(); ++k) {
    metrics::RegressionCases cases;
    for (std::size_t i = 0; i < studies.size(); ++i) {
      cases.truth.push_back(numbers_[studies[i]][k]);
      cases.predicted.push_back(found[i * width + 1 + k]);
    }
    const metrics::RegressionMetrics measured = metrics::regression_metrics(cases);
    validation.values.emplace_back("validation_mae_" + targets[k].name, measured.mae);
    if (std::isfinite(measured.pearson)) {
      validation.values.emplace_back("validation_r_" + targets[k].name, measured.pearson);
    }
    if (nearly_constant(cases, targets[k].deviation)) {
      validation.flat += (validation.flat.empty() ? "gives every study nearly the same " : " and ") + targets[k].name;
    }
  }
  return validation;
}

// Mean and deviation (over n) of the training studies' numbers. Throws Error(kNothingFound) for numbers that do not differ.
model::Target standardisation(const std::string& name, const std::vector<double>& values) {
  const auto [low, high] = std::ranges::minmax(values);
  model::Target target{.name = name, .mean = 0, .deviation = 0};
  for (const double value : values) {
    target.mean += value / static_cast<double>(values.size());
  }
  for (const double value : values) {
    target.deviation += (value - target.mean) * (value - target.mean) / static_cast<double>(values.size());
  }
  target.deviation = std::sqrt(target.deviation);
  if (low == high || !std::isnormal(target.deviation)) {
    throw Error(ExitCode::kNothingFound, "target " + name + ": the numbers of the training studies go from " + shortest(low) +
                                             " to " + shortest(high) +
                                             ", from which nothing can be learned; choose another column, or more studies");
  }
  return target;
}

// Columns of options.targets_from, standardised. `best` follows the loss over the validation studies; mean absolute error and
// Pearson's r, in the units of the table, are recorded too.
class RegressionHead : public Head {
public:
  RegressionHead(const RunOptions& options, const store::Store& store) {
    if (options.targets_from.empty()) {
      throw Error(ExitCode::kUsage, "finetune regress needs --targets-from FILE:COLUMN, the table that holds the numbers");
    }
    study::Findings findings;
    study::NumberJoin join = study::join_numbers(study::parse_number_source(options.targets_from), study_keys(store), findings);
    study::warn_of(findings);
    if (std::ranges::count(join.names, "case") > 0) {
      throw Error(ExitCode::kUsage,
                  "--targets-from: a target cannot be called case, as the column of ids in tables of predictions is");
    }
    names_ = std::move(join.names);
    numbers_ = std::move(join.values);
  }

  [[nodiscard]] std::string what() const override { return "value of " + join(names_, " and "); }
  [[nodiscard]] bool has(std::size_t position) const override { return !numbers_[position].empty(); }

  void describe(const Selection& selection, model::ModelDescription& description) override {
    if (selection.training.size() < 2) {
      throw Error(ExitCode::kNothingFound, "only 1 training study has a " + what() + "; expected at least two");
    }
    description.table = {};
    for (std::size_t k = 0; k < names_.size(); ++k) {
      std::vector<double> values;
      for (const std::size_t position : selection.training) {
        values.push_back(numbers_[position][k]);
      }
      targets_.push_back(standardisation(names_[k], values));
    }
    description.targets = targets_;
  }

  // Throws Error(kUsage) where the numbers have another mean or deviation than when the run was begun.
  [[nodiscard]] std::string change_since(const checkpoint::Value& earlier) const override {
    model::ModelDescription before;
    before.task = "regress";
    before.head().read(earlier, before);
    const auto same = [](const model::Target& a, const model::Target& b) {
      return a.name == b.name && a.mean == b.mean && a.deviation == b.deviation;
    };
    if (!std::ranges::equal(before.targets, targets_, same)) {
      throw Error(ExitCode::kUsage, "the numbers of the training studies have changed since the run was begun; give the table of "
                                    "then with --targets-from, or begin another run");
    }
    return {};
  }

  std::unique_ptr<Learner> learner(const TrainingSetup& setup, std::shared_ptr<torch::nn::Module> network) override {
    return std::make_unique<RegressionLearner>(setup, std::move(numbers_), network);
  }

private:
  std::vector<std::string> names_;
  Numbers numbers_; // empty where a study has none
  std::vector<model::Target> targets_;
};

} // namespace

std::vector<settings::Setting> regression_settings(RunOptions& options) {
  std::vector<settings::Setting> rows = whole_volume_settings(options);
  rows.push_back({.name = "targets_from",
                  .slot = options.targets_from,
                  .help = "Columns of a table that hold the numbers to learn",
                  .placeholder = "FILE:COLUMN[,COLUMN...][:KEYCOLUMN]"});
  rows.push_back({.name = "loss",
                  .slot = settings::Slot(options.loss).one_of({"l1", "l2"}),
                  .help = "Difference that is made small: l1 absolute, l2 squared"});
  return rows;
}

std::unique_ptr<Head> regression_head(const RunOptions& options, const store::Store& store) {
  return std::make_unique<RegressionHead>(options, store);
}

} // namespace brainmvp::finetune
