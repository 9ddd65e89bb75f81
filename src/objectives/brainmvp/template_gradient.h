// The gradient of a template bank through crops that are min-max normalised by their whole template.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace brainmvp::objectives {

inline constexpr double kRangeEpsilon = 1e-9; // added to highest - lowest

// The box of a volume [H, W, D] at start (3 numbers) of size (3 numbers): a view.
at::Tensor box_of(const at::Tensor& volume, const std::int64_t* start, const std::int64_t* size);

// What the forward pass knows of its crops.
struct CropRecord {
  std::vector<std::int64_t> geometry; // row and start of each sample, 4 numbers each, then the size
  at::Tensor values;                  // [B, 1, size], normalised
  at::Tensor extremes;                // [B, 2], the lowest and the highest value of each sample's template
  at::Tensor planes;                  // [B, 2, Ht], plane_extremes of each sample's template; undefined except on a CPU
};

// templates: [rows, Ht, Wt, Dt]; gradient: [B, 1, size], of the crops. Sparse and coalesced: of planes where planes is defined
// (a CPU, where a pass over a template costs as much as a layer), else of rows.
at::Tensor bank_gradient(const at::Tensor& templates, const CropRecord& crops, const at::Tensor& gradient);

} // namespace brainmvp::objectives
