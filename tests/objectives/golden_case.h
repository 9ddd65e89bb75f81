// The set-up of golden/pretrain_*.json: filled weights, inputs and draws.
#pragma once

#include <torch/types.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "nn/networks/network.h"
#include "objectives/brainmvp/proxy_tasks.h"
#include "runtime/named_tensors.h"
#include "support/golden_tensors.h"

namespace brainmvp::objectives {

using test::expect_summary;
using test::filled;

struct GoldenModel {
  std::shared_ptr<nn::ReconstructionNetwork> network;
  torch::Tensor templates; // [8, 48, 56, 40]
};

// As the optimizer takes them, and all of a checkpoint; the templates first.
NamedTensors parameters_of(const GoldenModel& model);
NamedTensors state_of(const GoldenModel& model);

// Every tensor filled under its own name.
GoldenModel filled_model(const std::string& network);

// Input x and its two samples' modalities and places.
ProxyBatch golden_batch(const nlohmann::json& golden);

// Kept blocks of four calls (view 1 of both samples, then view 2), the target channel, and the named sources of view 2.
ProxyDraws golden_draws(const std::vector<std::vector<std::int64_t>>& calls, std::int64_t target, const nlohmann::json& golden,
                        const std::vector<std::string>& sources);

// Kept blocks of call `index`: the first 12 of the stable ascending argsort of fill("mask.<index>", 64).
std::vector<std::int64_t> golden_kept_blocks(int index);

} // namespace brainmvp::objectives
