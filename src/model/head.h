// What a fine-tuned network gives for a study: a label map, the probabilities of classes, numbers. A head has one file and one
// row in heads.cpp, here and in infer and finetune (docs/develop/extending.md).
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "checkpoint/value.h"
#include "nn/networks/backbones.h"

namespace brainmvp::model {

struct ModelDescription;

struct Head {
  std::string name;           // "task" of checkpoints, and the word after `brainmvp finetune`
  std::string sentence;       // what a training of it is, for the help
  bool whole_volumes = false; // the input is a whole volume, brought to the window's size; otherwise any window of it
  nn::Workload step;          // what a sample of the training costs
  nn::Workload prediction;    // what an input of a prediction costs

  // A name for each output of the network, in its order.
  std::vector<std::string> (*outputs)(const ModelDescription& description);
  // The outputs as the log names them: "classes HGG, LGG".
  std::string (*words)(const ModelDescription& description);
  // Throws Error(kBadInput) when outputs are named that cannot be.
  void (*check)(const ModelDescription& description);
  // Entries of a checkpoint that only this head has; null: none.
  void (*write)(const ModelDescription& description, checkpoint::Dict& entries) = nullptr;
  void (*read)(const checkpoint::Value& entries, ModelDescription& description) = nullptr;
  // "classes differ from those", of models that cannot predict together; empty when they can.
  std::string (*difference)(const ModelDescription& a, const ModelDescription& b);

  // With freshly drawn weights; its encoder's tensors begin with "encoder.". `dropout`: of pooled features, where there are.
  std::shared_ptr<torch::nn::Module> (*network)(const ModelDescription& description, double dropout);
  // What that network says of x [B, C, window...], in single precision: probabilities or numbers, [B, K, window...] or [B, K].
  torch::Tensor (*predict)(torch::nn::Module& network, const ModelDescription& description, const torch::Tensor& x);
};

const std::list<Head>& heads();
const Head& head(const std::string& name); // throws Error(kBadInput) that names those known

// Adds a head of another library, before the command line is made.
void add_head(Head head);

} // namespace brainmvp::model
