#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/text.h"
#include "model/description_check.h"
#include "model/head.h"
#include "model/model.h"
#include "nn/networks/classification.h"

namespace brainmvp::model {
namespace {

constexpr const char* kNames = "targets"; // entries of checkpoints
constexpr const char* kMeans = "target_means";
constexpr const char* kDeviations = "target_deviations";

template <class T>
std::vector<T> of_targets(const ModelDescription& description, T Target::*member) {
  std::vector<T> values;
  std::ranges::transform(description.targets, std::back_inserter(values), member);
  return values;
}

std::vector<std::string> target_names(const ModelDescription& description) { return of_targets(description, &Target::name); }

std::string regression_words(const ModelDescription& description) {
  std::vector<std::string> words;
  for (const Target& target : description.targets) {
    words.push_back(target.name + " (" + shortest(target.mean) + " +- " + shortest(target.deviation) + ")");
  }
  return "numbers " + join(words, ", ");
}

void check_targets(const ModelDescription& description) {
  if (description.targets.empty()) {
    refuse_description("targets is empty; a regression needs at least one");
  }
  for (const Target& target : description.targets) {
    if (!std::isfinite(target.mean) || !std::isfinite(target.deviation) || target.deviation <= 0) {
      refuse_description("target " + target.name + " has the mean " + shortest(target.mean) + " and the deviation " +
                         shortest(target.deviation) + "; expected finite numbers, the latter above 0");
    }
  }
}

template <class T>
checkpoint::Entry list_entry(const char* name, const std::vector<T>& values) {
  checkpoint::List list;
  for (const T& value : values) {
    list.push_back({value});
  }
  return {checkpoint::Value{std::string(name)}, checkpoint::Value{list}};
}

void write_targets(const ModelDescription& description, checkpoint::Dict& entries) {
  entries.push_back(list_entry(kNames, target_names(description)));
  entries.push_back(list_entry(kMeans, of_targets(description, &Target::mean)));
  entries.push_back(list_entry(kDeviations, of_targets(description, &Target::deviation)));
}

const checkpoint::List& list_in(const checkpoint::Value& entries, const char* name) {
  const checkpoint::Value* found = entries.find(name);
  if (found == nullptr) {
    refuse_description("no entry \"" + std::string(name) + "\", which a regression has; the file is damaged");
  }
  return found->items(name);
}

void read_targets(const checkpoint::Value& entries, ModelDescription& description) {
  const checkpoint::List& names = list_in(entries, kNames);
  const checkpoint::List& means = list_in(entries, kMeans);
  const checkpoint::List& deviations = list_in(entries, kDeviations);
  if (means.size() != names.size() || deviations.size() != names.size()) {
    refuse_description("has " + std::to_string(names.size()) + " targets, " + std::to_string(means.size()) + " means and " +
                       std::to_string(deviations.size()) + " deviations of them");
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    description.targets.push_back(
        {.name = names[i].text(kNames), .mean = means[i].number(kMeans), .deviation = deviations[i].number(kDeviations)});
  }
}

std::string difference_of_targets(const ModelDescription& a, const ModelDescription& b) {
  return target_names(a) != target_names(b) ? "targets differ from those" : "";
}

std::shared_ptr<torch::nn::Module> regression_network(const ModelDescription& description, double dropout) {
  return nn::make_classification_network(description.network, static_cast<std::int64_t>(description.channels.size()),
                                         description.outputs(), dropout);
}

// In the units of the table.
torch::Tensor regressed(torch::nn::Module& network, const ModelDescription& description, const torch::Tensor& x) {
  const torch::Tensor standardised = dynamic_cast<nn::ClassificationNetwork&>(network).forward(x).to(at::kDouble);
  const auto like = [&](double Target::*member) { return at::tensor(of_targets(description, member)).to(standardised); };
  return standardised * like(&Target::deviation) + like(&Target::mean);
}

} // namespace

Head regression_head() {
  return {.name = "regress",
          .sentence = "Train a regression from numbers of studies",
          .whole_volumes = true,
          .step = nn::Workload::kClassify,
          .prediction = nn::Workload::kPredictClass,
          .outputs = target_names,
          .words = regression_words,
          .check = check_targets,
          .write = write_targets,
          .read = read_targets,
          .difference = difference_of_targets,
          .network = regression_network,
          .predict = regressed};
}

} // namespace brainmvp::model
