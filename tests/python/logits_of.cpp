// What the program's model of a run gives, for the tests of the Python package:
//   logits_of RUN INPUT OUTPUT
// reads `image` [1, C, H, W, D] of the safetensors INPUT, and writes `logits` [1, K, H, W, D] of a segmentation.
#include <ATen/core/grad_mode.h>

#include <cstdlib>

#include "checkpoint/checkpoint.h"
#include "model/model.h"
#include "nn/networks/segmentation.h"

int main(int argc, char** argv) {
  if (argc != 4) {
    return EXIT_FAILURE;
  }
  const at::NoGradGuard no_gradient;
  const brainmvp::model::Model model = brainmvp::model::load_model(argv[1]);
  const torch::Tensor image = brainmvp::checkpoint::read_safetensors(argv[2]).front().second;
  auto& network = dynamic_cast<brainmvp::nn::SegmentationNetwork&>(*model.network);
  brainmvp::checkpoint::write_safetensors(argv[3], {{"logits", network.forward(image).logits.contiguous()}});
  return EXIT_SUCCESS;
}
