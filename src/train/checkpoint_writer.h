// Writes the checkpoints of a run in a thread of its own, one after the other, so that training goes on meanwhile.
#pragma once

#include <deque>
#include <functional>
#include <future>

#include "base/thread_pool.h"

namespace brainmvp::train {

class CheckpointWriter {
public:
  CheckpointWriter() = default;

  // Waits for what is in flight, and logs a failure that wait() was not asked for.
  ~CheckpointWriter();
  CheckpointWriter(const CheckpointWriter&) = delete;
  CheckpointWriter& operator=(const CheckpointWriter&) = delete;

  // Has `write` called once those before it have ended; waits while one waits already, so that no more than two hold copies
  // of the weights. Throws what an earlier write threw, and then starts nothing.
  void start(std::function<void()> write);

  // Waits until everything is written. Throws what a write threw.
  void wait();

private:
  std::deque<std::future<void>> pending_;
  ThreadPool thread_{1};
};

} // namespace brainmvp::train
