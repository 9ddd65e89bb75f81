// Amounts: a regression whose predictions are never below 0, such as volumes and scores.
#include "finetune/head.h"
#include "infer/head.h"
#include "model/head.h"

namespace example {
using namespace brainmvp;

torch::Tensor predict_amounts(torch::nn::Module& network, const model::ModelDescription& description, const torch::Tensor& x) {
  return model::head("regress").predict(network, description, x).clamp_min(0);
}

void add_amounts() {
  model::Head head = model::head("regress");
  head.name = "amount";
  head.sentence = "Train a regression from numbers of studies that are never below 0";
  head.predict = predict_amounts;
  model::add_head(head);
  finetune::HeadRow training = finetune::head_row("regress");
  training.name = "amount";
  finetune::add_head(training);
  infer::OutputsRow outputs = infer::outputs_row("regress");
  outputs.head = "amount";
  infer::add_outputs(outputs);
}

} // namespace example
