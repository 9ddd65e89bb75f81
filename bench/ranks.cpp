// The sum of gradients over ranks of this machine: build/release/bin/bench_ranks
// Each rank is a thread with sockets of its own; arguments: ranks, and KiB that each of them gives.
#include <benchmark/benchmark.h>

#include <ATen/ops/ones.h>
#include <torch/csrc/distributed/c10d/HashStore.hpp>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "parallel/group.h"

namespace brainmvp::parallel {
namespace {

constexpr int kSums = 20; // of each measurement

void sum_over_ranks(benchmark::State& state) {
  const auto ranks = static_cast<int>(state.range(0));
  const std::int64_t values = state.range(1) * 1024 / static_cast<std::int64_t>(sizeof(float));
  for (auto iteration : state) {
    const auto store = c10::make_intrusive<c10d::HashStore>();
    std::vector<double> seconds(static_cast<std::size_t>(ranks));
    std::vector<std::thread> threads;
    for (int rank = 0; rank < ranks; ++rank) {
      threads.emplace_back([&, rank] {
        const Group group =
            Group::over(store, {.rank = rank, .size = ranks, .local_rank = rank, .local_size = ranks, .address = {}}, {});
        torch::Tensor tensor = at::ones({values});
        group.sum(tensor);
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < kSums; ++i) {
          group.sum(tensor);
        }
        seconds[static_cast<std::size_t>(rank)] =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / kSums;
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    state.SetIterationTime(*std::max_element(seconds.begin(), seconds.end()));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(1) * 1024);
}

BENCHMARK(sum_over_ranks)
    ->ArgNames({"ranks", "KiB"})
    ->ArgsProduct({{2, 3, 4}, {1, 1024, 16384, 65536}})
    ->UseManualTime()
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond);

} // namespace
} // namespace brainmvp::parallel
