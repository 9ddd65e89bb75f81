// Threads of one process that act as ranks.
#pragma once

#include <gtest/gtest.h>
#include <torch/csrc/distributed/c10d/HashStore.hpp>

#include <exception>
#include <functional>
#include <thread>
#include <vector>

#include "parallel/group.h"

namespace brainmvp::test {

// Calls `work` as each of `size` ranks; rethrows what the first of them threw.
inline void run_ranks(int size, const std::function<void(const parallel::Group&)>& work) {
  const auto store = c10::make_intrusive<c10d::HashStore>();
  std::vector<std::exception_ptr> faults(static_cast<std::size_t>(size));
  std::vector<std::thread> threads;
  for (int rank = 0; rank < size; ++rank) {
    threads.emplace_back([&, rank] {
      try {
        const parallel::Launch launch{.rank = rank, .size = size, .local_rank = rank, .local_size = size, .address = {}};
        work(parallel::Group::over(store, launch, {.timeout = std::chrono::seconds(60)}));
      } catch (...) {
        faults[static_cast<std::size_t>(rank)] = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const std::exception_ptr& fault : faults) {
    if (fault) {
      std::rethrow_exception(fault);
    }
  }
}

} // namespace brainmvp::test
