#include "objectives/brainmvp/template_bank.h"

#include <torch/autograd.h>

#include <array>
#include <sstream>

#include "base/error.h"
#include "objectives/brainmvp/template_gradient.h"
#include "objectives/brainmvp/template_ties.h"

namespace brainmvp::objectives {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

class NormalisedCrops : public torch::autograd::Function<NormalisedCrops> {
public:
  // geometry: row and start of each sample, 4 numbers each, then the size.
  static Tensor forward(AutogradContext* context, const Tensor& templates, const std::vector<std::int64_t>& geometry) {
    const auto batch = static_cast<std::int64_t>(geometry.size() / 4);
    const std::int64_t* size = geometry.data() + 4 * batch;
    Tensor crops = at::empty({batch, 1, size[0], size[1], size[2]}, templates.options());
    Tensor extremes = at::empty({batch, 2}, templates.options());
    std::vector<Tensor> planes; // on a CPU, where a pass over a template costs as much as a layer
    for (std::int64_t b = 0; b < batch; ++b) {
      const std::int64_t* sample = geometry.data() + 4 * b;
      const Tensor row = templates[sample[0]];
      if (row.is_cpu()) {
        planes.push_back(plane_extremes(row));
      }
      const auto [low, high] = (row.is_cpu() ? planes.back() : row).aminmax();
      extremes[b][0] = low;
      extremes[b][1] = high;
      crops[b][0].copy_(box_of(row, sample + 1, size)).sub_(low).div_(high - low + kRangeEpsilon);
    }
    context->save_for_backward({templates, extremes, crops, planes.empty() ? Tensor() : at::stack(planes)});
    context->saved_data["geometry"] = geometry;
    return crops;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    return {bank_gradient(saved[0], {context->saved_data["geometry"].toIntVector(), saved[2], saved[1], saved[3]}, gradients[0]),
            Tensor()};
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
