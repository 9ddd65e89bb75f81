// Tells which ranks have stopped answering: every rank says now and then how far it is.
#pragma once

#include <torch/csrc/distributed/c10d/Store.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace brainmvp::parallel {

class Heartbeat {
public:
  // `store`: a connection of its own, since a call that waits blocks others. `places`: where each rank runs, for messages.
  Heartbeat(c10::intrusive_ptr<c10d::Store> store, int rank, std::vector<std::string> places);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  void came_on() { exchanges_.fetch_add(1, std::memory_order_relaxed); } // one more exchange was begun

  // Listens for a while, and says which ranks are silent, or behind this one; or what another rank has found out before, since
  // ranks that give up are missed too.
  std::string who_is_missing();

private:
  struct Report {
    std::uint64_t beat = 0, exchanges = 0;
  };

  void beat_until_stopped();
  std::string listen();
  void set(const std::string& key, const std::string& text);
  std::string get(const std::string& key);
  std::vector<Report> reports();

  c10::intrusive_ptr<c10d::Store> store_;
  int rank_;
  std::vector<std::string> places_;
  std::atomic<std::uint64_t> exchanges_{0};
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool stop_ = false;
  std::thread thread_; // last
};

} // namespace brainmvp::parallel
