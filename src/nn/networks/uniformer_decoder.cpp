#include "nn/networks/uniformer_decoder.h"

#include "nn/kernels/execution.h"

namespace brainmvp::nn {

using torch::Tensor;

ReconstructionDecoder::ReconstructionDecoder(const std::array<std::int64_t, 4>& widths)
    : levels_(register_decoder_levels(*this, widths)) {
  register_module("proj1", std::make_shared<InputProjection>(1, widths[0]));
  output_ = register_output_convolution(*this, "out_1", widths[0], 1);
}

Tensor ReconstructionDecoder::forward(const Tensor& x) const {
  Tensor tokens = x;
  for (std::size_t i = 0; i + 1 < levels_.size(); ++i) {
    tokens = upsample(tokens, levels_[i]->transposed_weight());
  }
  if (uses_plain_kernels()) {
    return output_->forward(upsample(tokens, levels_.back()->transposed_weight())).squeeze(4).unsqueeze(1);
  }
  // Nothing stands between the last two convolutions: their product spares a tensor of widths[0] channels at full size.
  const Tensor last = at::matmul(levels_.back()->transposed_weight(), output_->matrix().t()); // [in, 2, 2, 2, 1]
  return upsample(tokens, last, output_->bias).squeeze(4).unsqueeze(1);
}

} // namespace brainmvp::nn
