// The right to work on a cell, of one process among those that share a folder, on this machine or others.
//
// A claim is a file lock.N, made by link(), which is atomic on network file systems too. Its owner writes its time anew every few
// seconds. Whoever finds the newest lock's owner dead makes lock.N+1: only one can, and nobody removes another's lock.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

namespace brainmvp::benchmark {

struct Patience {
  std::chrono::milliseconds beat{10'000};     // between two signs of life
  std::chrono::milliseconds silence{180'000}; // without one, an owner elsewhere is taken for dead
};

class Claim {
public:
  // Makes the folder when it is missing. Null where a living process has the right. An owner on this machine is dead when its
  // process is. Throws Error(kOutput).
  static std::unique_ptr<Claim> take(const std::filesystem::path& folder, const Patience& patience = {});
  ~Claim(); // gives the right back
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

  // Whether another process took this one for dead and works here now.
  [[nodiscard]] bool lost() const { return lost_; }

private:
  Claim(std::filesystem::path folder, std::size_t number, const Patience& patience);
  void beat(const Patience& patience);

  std::filesystem::path folder_;
  std::size_t number_;
  std::atomic<bool> lost_ = false;
  std::mutex mutex_;
  std::condition_variable ends_;
  bool ending_ = false;
  std::thread heart_;
};

} // namespace brainmvp::benchmark
