// Batches in order, made ahead by threads and the same for any number of them.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/thread_pool.h"

namespace brainmvp::store {

// How a batch is made. Both functions run in threads, and must depend on their arguments alone.
template <class Batch>
struct BatchMaker {
  std::size_t items = 1;                                    // samples a batch
  std::function<void(Batch& batch, std::uint64_t)> begin;   // once a batch, before its items: its number, and memory
  std::function<void(Batch& batch, std::size_t item)> fill; // reads one sample
};

template <class Batch>
class ReadAhead {
public:
  // `first`: number of the first batch. `ahead`: batches prepared in advance.
  ReadAhead(BatchMaker<Batch> maker, std::uint64_t first, std::size_t threads, std::size_t ahead)
      : maker_(std::move(maker)), next_(first), pool_(std::max<std::size_t>(threads, 1)) {
    for (std::size_t i = 0; i < std::max<std::size_t>(ahead, 1); ++i) {
      submit();
    }
  }

  // Rethrows what a thread met.
  Batch next() {
    const auto start = std::chrono::steady_clock::now();
    const std::unique_ptr<Pending> front = std::move(pending_.front());
    pending_.pop_front();
    submit();
    for (const std::future<void>& read : front->reads) {
      read.wait(); // all of them, before anything is thrown: they write into the batch
    }
    waited_seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    for (std::future<void>& read : front->reads) {
      read.get();
    }
    return std::move(front->batch);
  }

  // Seconds that next() has waited in all: a device that is kept fed waits about 0.
  [[nodiscard]] double waited_seconds() const { return waited_seconds_; }

private:
  struct Pending {
    Batch batch;
    std::once_flag begun;
    std::vector<std::future<void>> reads;
  };

  void submit() {
    pending_.push_back(std::make_unique<Pending>());
    Pending& target = *pending_.back();
    const std::uint64_t number = next_++;
    for (std::size_t item = 0; item < maker_.items; ++item) {
      target.reads.push_back(pool_.submit([this, &target, number, item] {
        // By a thread of the pool, so that the caller does not pay for touching new memory.
        std::call_once(target.begun, [&] { maker_.begin(target.batch, number); });
        maker_.fill(target.batch, item);
      }));
    }
  }

  BatchMaker<Batch> maker_;
  std::uint64_t next_;
  double waited_seconds_ = 0;
  std::deque<std::unique_ptr<Pending>> pending_;
  ThreadPool pool_; // last: its threads end before what they write to
};

} // namespace brainmvp::store
