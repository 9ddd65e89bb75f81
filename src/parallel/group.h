// The processes that train together. Each is a rank; what a rank calls here, every rank calls, in the same order.
#pragma once

#include <torch/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "parallel/launch.h"

namespace c10d {
class ProcessGroup;
class Store;
} // namespace c10d

namespace brainmvp::parallel {

struct GroupOptions {
  std::chrono::seconds timeout{600}; // that ranks wait for each other
  at::Device device{at::kCPU};       // of the tensors besides those on the CPU
};

// Every function throws Error(kInternal) that names the ranks which died, hang or lag behind when the others do not answer in
// time.
class Group {
public:
  Group(); // this process alone: nothing is exchanged
  ~Group();
  Group(Group&& other) noexcept;
  Group& operator=(Group&& other) noexcept;

  // Waits for all ranks. Throws Error(kUsage) naming those that have not come in time.
  static Group join(const Launch& launch, const GroupOptions& options);

  // Over a store that the ranks share already.
  static Group over(const c10::intrusive_ptr<c10d::Store>& store, const Launch& launch, const GroupOptions& options);

  [[nodiscard]] int rank() const { return launch_.rank; }
  [[nodiscard]] int size() const { return launch_.size; }
  [[nodiscard]] bool alone() const { return launch_.alone(); }
  [[nodiscard]] bool is_first() const { return launch_.rank == 0; }

  void sum(torch::Tensor& values) const; // contiguous, over all ranks, in place
  [[nodiscard]] std::vector<double> sum(std::vector<double> values) const;
  [[nodiscard]] torch::Tensor gather(const torch::Tensor& values) const; // [ranks, ...]; of one shape everywhere
  void broadcast(const std::vector<torch::Tensor>& tensors) const;       // from rank 0, in place
  [[nodiscard]] bool any(bool value) const;
  [[nodiscard]] std::vector<std::string> texts(const std::string& text) const; // one a rank
  void wait_for_all() const;

  // Runs `work` in rank 0 while the others wait; they throw the Error that it throws.
  void first_does(const std::function<void()>& work) const;

  // Calls `work`, which exchanges tensors by other means, with the errors of this class.
  void exchanging(const std::function<void()>& work) const;

  [[nodiscard]] const c10::intrusive_ptr<c10d::ProcessGroup>& handle() const;

private:
  struct State;
  Group(Launch launch, std::unique_ptr<State> state);

  Launch launch_;
  std::unique_ptr<State> state_; // null where the process is alone
};

// A batch that lies on several ranks.
struct BatchShare {
  const Group* group = nullptr; // null: all of it is here
  std::int64_t here = 0;        // samples of this rank; with 0 it computes one to keep step, which counts for nothing
  std::int64_t all = 0;         // samples of all ranks
};

} // namespace brainmvp::parallel
