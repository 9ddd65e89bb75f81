#include "bench/peak.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/rand.h>

#include <algorithm>

#include "base/machine.h"
#include "bench/timing.h"

namespace brainmvp::bench {

double matrix_product_gflops(const std::string& precision) {
  constexpr std::int64_t kSize = 3072;
  constexpr int kTries = 5;
  const at::NoGradGuard no_gradient;
  const auto type = precision == "bf16" && processor_multiplies_bfloat16() ? at::kBFloat16 : at::kFloat;
  const at::Tensor a = at::rand({kSize, kSize}).to(type);
  const at::Tensor b = at::rand({kSize, kSize}).to(type);
  at::Tensor c = at::mm(a, b);
  double best = seconds_of([&] { at::mm_out(c, a, b); });
  for (int i = 1; i < kTries; ++i) {
    best = std::min(best, seconds_of([&] { at::mm_out(c, a, b); }));
  }
  return 2e-9 * kSize * kSize * kSize / best;
}

} // namespace brainmvp::bench
