#include "objectives/brainmvp/template_bank.h"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <algorithm>
#include <numeric>
#include <sstream>

#include "base/error.h"

namespace brainmvp::objectives {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr double kEps = 1e-9;

Tensor crop_of(const Tensor& row, const std::int64_t* start, const std::int64_t* size) {
  return row.narrow(0, start[0], size[0]).narrow(1, start[1], size[1]).narrow(2, start[2], size[2]);
}

// gradient += value where row equals extreme, shared equally among ties. Most chunks have none and are only read.
template <class T>
void add_to_ties(T* gradient, const T* row, std::int64_t count, T extreme, T value) {
  constexpr std::int64_t kChunk = 1 << 16;
  std::vector<std::int32_t> ties(static_cast<std::size_t>((count + kChunk - 1) / kChunk));
  const auto each_chunk = [&](const auto& work) {
    at::parallel_for(0, static_cast<std::int64_t>(ties.size()), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t chunk = begin; chunk < end; ++chunk) {
        work(chunk * kChunk, std::min(count, (chunk + 1) * kChunk), ties[static_cast<std::size_t>(chunk)]);
      }
    });
  };
  each_chunk([&](std::int64_t begin, std::int64_t end, std::int32_t& found) {
    std::int32_t sum = 0;
    for (std::int64_t i = begin; i < end; ++i) {
      sum += row[i] == extreme ? 1 : 0;
    }
    found = sum;
  });
  const T share = value / static_cast<T>(std::accumulate(ties.begin(), ties.end(), std::int64_t{0}));
  each_chunk([&](std::int64_t begin, std::int64_t end, const std::int32_t& found) {
    for (std::int64_t i = begin; found > 0 && i < end; ++i) {
      gradient[i] += row[i] == extreme ? share : T{0};
    }
  });
}

void add_to_ties(Tensor& gradient, const Tensor& row, const Tensor& extreme, const Tensor& value) {
  if (row.is_cpu()) {
    const Tensor values = row.contiguous();
    AT_DISPATCH_FLOATING_TYPES(row.scalar_type(), "add_to_ties", [&] {
      add_to_ties(gradient.mutable_data_ptr<scalar_t>(), values.const_data_ptr<scalar_t>(), values.numel(),
                  extreme.item<scalar_t>(), value.item<scalar_t>());
    });
  } else {
    const Tensor ties = row.eq(extreme);
    gradient.add_(ties.to(gradient.scalar_type()).mul_(value / ties.sum()));
  }
}

// The rows of the bank that samples use, each once, rising.
std::vector<std::int64_t> rows_of(const std::vector<std::int64_t>& geometry) {
  std::vector<std::int64_t> rows;
  for (std::size_t i = 0; i + 3 < geometry.size(); i += 4) {
    rows.push_back(geometry[i]);
  }
  std::ranges::sort(rows);
  const auto repeated = std::ranges::unique(rows);
  rows.erase(repeated.begin(), repeated.end());
  return rows;
}

class NormalisedCrops : public torch::autograd::Function<NormalisedCrops> {
public:
  // geometry: row and start of each sample, 4 numbers each, then the size.
  static Tensor forward(AutogradContext* context, const Tensor& templates, const std::vector<std::int64_t>& geometry) {
    const auto batch = static_cast<std::int64_t>(geometry.size() / 4);
    const std::int64_t* size = geometry.data() + 4 * batch;
    Tensor crops = at::empty({batch, 1, size[0], size[1], size[2]}, templates.options());
    Tensor extremes = at::empty({batch, 2}, templates.options());
    for (std::int64_t b = 0; b < batch; ++b) {
      const std::int64_t* sample = geometry.data() + 4 * b;
      const Tensor row = templates[sample[0]];
      const auto [low, high] = row.aminmax();
      extremes[b][0] = low;
      extremes[b][1] = high;
      crops[b][0].copy_(crop_of(row, sample + 1, size)).sub_(low).div_(high - low + kEps);
    }
    context->save_for_backward({templates, extremes, crops});
    context->saved_data["geometry"] = geometry;
    return crops;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor &templates = saved[0], &extremes = saved[1], &crops = saved[2];
    const std::vector<std::int64_t> geometry = context->saved_data["geometry"].toIntVector();
    const std::int64_t* size = geometry.data() + 4 * crops.size(0);
    const std::vector<std::int64_t> used = rows_of(geometry);
    Tensor values = at::zeros({static_cast<std::int64_t>(used.size()), templates.size(1), templates.size(2), templates.size(3)},
                              templates.options());
    for (std::int64_t b = 0; b < crops.size(0); ++b) {
      const std::int64_t* sample = geometry.data() + 4 * b;
      const Tensor low = extremes[b][0];
      const Tensor high = extremes[b][1];
      const Tensor scaled = gradients[0][b][0] / (high - low + kEps); // d/dt; d/dlow = (c - 1) d/dt; d/dhigh = -c d/dt
      const Tensor to_high = -(scaled * crops[b][0]).sum();
      Tensor row_gradient = values[std::ranges::find(used, sample[0]) - used.begin()];
      crop_of(row_gradient, sample + 1, size).add_(scaled);
      add_to_ties(row_gradient, templates[sample[0]], low, -to_high - scaled.sum());
      add_to_ties(row_gradient, templates[sample[0]], high, to_high);
    }
    const Tensor indices = at::tensor(used, at::kLong).unsqueeze(0).to(templates.device());
    return {at::_sparse_coo_tensor_unsafe(indices, values, templates.sizes(), {}, {}, {}, {}, /*is_coalesced=*/true), Tensor()};
  }
};

} // namespace

Tensor normalised_crops(const Tensor& templates, const std::vector<std::int64_t>& rows,
                        const std::vector<std::array<std::int64_t, 3>>& starts, const std::array<std::int64_t, 3>& size) {
  std::vector<std::int64_t> geometry;
  for (std::size_t b = 0; b < rows.size(); ++b) {
    bool inside = rows[b] >= 0 && rows[b] < templates.size(0);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      inside = inside && starts.at(b)[axis] >= 0 &&
               starts[b][axis] + size[axis] <= templates.size(static_cast<std::int64_t>(axis) + 1);
    }
    if (!inside) {
      std::ostringstream message;
      message << "template crop: row " << rows[b] << " at (" << starts[b][0] << ", " << starts[b][1] << ", " << starts[b][2]
              << ") of size (" << size[0] << ", " << size[1] << ", " << size[2] << ") is outside the bank " << templates.sizes();
      throw Error(ExitCode::kInternal, message.str());
    }
    geometry.push_back(rows[b]);
    geometry.insert(geometry.end(), starts[b].begin(), starts[b].end());
  }
  geometry.insert(geometry.end(), size.begin(), size.end());
  return NormalisedCrops::apply(templates, geometry);
}

} // namespace brainmvp::objectives
