// The layers as plain PyTorch code writes them: ATen's operators one by one, on channels-first contiguous activations. Tensors
// have the same shapes as elsewhere; [B, D, H, W, C] here is a view of [B, C, D, H, W] in memory.
#pragma once

#include <torch/types.h>

#include "nn/kernels/norm.h"
#include "nn/kernels/token_layers.h"

namespace brainmvp::nn::plain {

// As nn::token_layers: 1^3 convolutions for x: [B, D, H, W, C], linear layers for x: [B, N, C].
torch::Tensor token_layers(const torch::Tensor& x, const TokenLayers& layers);

// As nn::normalise, for x: [B, D, H, W, C] or [B, N, C].
torch::Tensor normalise(const torch::Tensor& x, const Norm& norm);

// Zero-padded by half of the kernel. x: [B, D, H, W, C]; weight: [O, C, k, k, k]; bias: [O] or undefined.
torch::Tensor convolve(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias, std::int64_t stride);

// Kernel 2, stride 2. x: [B, D, H, W, in]; weight: [out, in, 2, 2, 2]
torch::Tensor embed_patches(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias);

// Transposed, kernel 2, stride 2. x: [B, D, H, W, in]; weight: [in, out, 2, 2, 2]; bias: [out] or undefined
torch::Tensor upsample(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias);

// softmax(q k^T / sqrt(width)) v. [B, heads, N, width]
torch::Tensor attend(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v);

// Each channel of each sample to mean 0 and variance 1. x: [B, D, H, W, C]
torch::Tensor instance_norm(const torch::Tensor& x);

} // namespace brainmvp::nn::plain
