// Small messages between the ranks of one machine, without a thread to wake and without a socket.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace brainmvp::parallel {

class SharedMemory {
public:
  static constexpr std::size_t kMostBytes = 64 << 10; // of a message

  // One rank creates the memory and tells the others its name. Null where the system has none to share.
  static std::unique_ptr<SharedMemory> create(int rank, int ranks);
  // Null where no memory of that name is to be had: on another machine, or in another container.
  static std::unique_ptr<SharedMemory> open(const std::string& name, int rank, int ranks);
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  void forget_name() const; // when all ranks have opened it, so that nothing stays when they end

  // Writes the messages of all ranks, `bytes` each and at most kMostBytes, to `all` in their order. Throws std::runtime_error
  // where a rank has ended, sends another number of bytes or does not come in time.
  void gather(const void* own, std::size_t bytes, void* all, std::chrono::milliseconds timeout);

private:
  struct Box;
  SharedMemory(std::string name, int descriptor, int rank, int ranks);
  static std::unique_ptr<SharedMemory> map(const std::string& name, int descriptor, int rank, int ranks);
  [[nodiscard]] bool lock_own_place() const;
  [[nodiscard]] bool has_ended(int rank) const;
  void wait_for(int rank, std::chrono::milliseconds timeout) const;

  std::string name_;
  int descriptor_, rank_, ranks_;
  Box* boxes_ = nullptr; // one per rank
  std::uint32_t messages_ = 0;
};

} // namespace brainmvp::parallel
