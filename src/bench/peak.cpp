#include "bench/peak.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/rand.h>

#include <algorithm>
#include <cmath>

#include "base/machine.h"
#include "bench/device.h"
#include "bench/timing.h"

namespace brainmvp::bench {

double matrix_product_gflops(const std::string& precision, const at::Device& device) {
  const std::int64_t size = device.is_cuda() ? 8192 : 3072;
  constexpr int kTries = 5;
  const at::NoGradGuard no_gradient;
  const bool narrow = precision == "bf16" && (device.is_cuda() || processor_multiplies_bfloat16());
  const auto type = narrow ? at::kBFloat16 : at::kFloat;
  const at::Tensor a = at::rand({size, size}, device).to(type);
  const at::Tensor b = at::rand({size, size}, device).to(type);
  at::Tensor c = at::mm(a, b);
  wait_for(device);
  const auto multiply = [&] {
    at::mm_out(c, a, b);
    wait_for(device);
  };
  double best = seconds_of(multiply);
  for (int i = 1; i < kTries; ++i) {
    best = std::min(best, seconds_of(multiply));
  }
  return 2e-9 * std::pow(static_cast<double>(size), 3) / best;
}

} // namespace brainmvp::bench
