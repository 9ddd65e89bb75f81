#include <ATen/ops/softmax.h>

#include "base/text.h"
#include "model/description_check.h"
#include "model/head.h"
#include "model/model.h"
#include "nn/networks/classification.h"

namespace brainmvp::model {
namespace {

std::vector<std::string> classes_in(const ModelDescription& description) { return description.table.classes; }

std::string classification_words(const ModelDescription& description) {
  return "classes " + join(description.table.classes, ", ");
}

void check_classes(const ModelDescription& description) {
  if (description.table.classes.size() < 2) {
    refuse_description("classes has " + std::to_string(description.table.classes.size()) +
                       " names; a classifier needs at least 2");
  }
}

std::string difference_of_classes(const ModelDescription& a, const ModelDescription& b) {
  return a.table.classes != b.table.classes ? "classes differ from those" : "";
}

std::shared_ptr<torch::nn::Module> classification_network(const ModelDescription& description, double dropout) {
  return nn::make_classification_network(description.network, static_cast<std::int64_t>(description.channels.size()),
                                         description.outputs(), dropout);
}

torch::Tensor classified(torch::nn::Module& network, const ModelDescription& /*description*/, const torch::Tensor& x) {
  return at::softmax(dynamic_cast<nn::ClassificationNetwork&>(network).forward(x).to(at::kFloat), 1);
}

} // namespace

Head classification_head() {
  return {.name = "classify",
          .sentence = "Train a classification from classes",
          .whole_volumes = true,
          .step = nn::Workload::kClassify,
          .prediction = nn::Workload::kPredictClass,
          .outputs = classes_in,
          .words = classification_words,
          .check = check_classes,
          .difference = difference_of_classes,
          .network = classification_network,
          .predict = classified};
}

} // namespace brainmvp::model
