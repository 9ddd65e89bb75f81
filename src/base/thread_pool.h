// A fixed number of threads that take work in order.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace brainmvp {

// Destroying the pool finishes the work that has been submitted.
class ThreadPool {
public:
  explicit ThreadPool(std::size_t threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // The future gives what `work` returned, or rethrows what it threw.
  template <class Work>
  auto submit(Work work) -> std::future<decltype(work())> {
    std::packaged_task<decltype(work())()> task(std::move(work));
    auto future = task.get_future();
    enqueue([shared = std::make_shared<decltype(task)>(std::move(task))] { (*shared)(); });
    return future;
  }

private:
  void enqueue(std::function<void()> work);
  void run();
  void stop();

  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::jthread> threads_;
};

// Calls body(i) for 0 <= i < count on up to `threads` threads and waits. All calls are made even when one throws;
// then the exception of the smallest i is rethrown.
void parallel_for(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& body);

} // namespace brainmvp
