#include "train/checkpoint_writer.h"

#include <chrono>
#include <exception>
#include <utility>

#include "base/fault.h"
#include "base/log.h"

namespace brainmvp::train {

CheckpointWriter::~CheckpointWriter() {
  while (!pending_.empty()) {
    try {
      wait();
    } catch (const std::exception& error) {
      log::warning(std::string("a checkpoint was not written: ") + error_of(error).message());
    }
  }
}

void CheckpointWriter::start(std::function<void()> write) {
  const auto first_is_done = [this] { return pending_.front().wait_for(std::chrono::seconds(0)) == std::future_status::ready; };
  while (pending_.size() > 1 || (!pending_.empty() && first_is_done())) {
    std::future<void> first = std::move(pending_.front());
    pending_.pop_front();
    first.get();
  }
  pending_.push_back(thread_.submit(std::move(write)));
}

void CheckpointWriter::wait() {
  while (!pending_.empty()) {
    std::future<void> first = std::move(pending_.front());
    pending_.pop_front();
    first.get();
  }
}

} // namespace brainmvp::train
