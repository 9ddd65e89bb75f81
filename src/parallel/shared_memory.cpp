#include "parallel/shared_memory.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <climits>
#include <cstring>
#include <ctime>
#include <random>
#include <stdexcept>
#include <thread>

namespace brainmvp::parallel {
namespace {

using Clock = std::chrono::steady_clock;
using Word = std::atomic<std::uint32_t>;
static_assert(Word::is_always_lock_free && sizeof(Word) == sizeof(std::uint32_t)); // as the system's futex has it

constexpr auto kAwake = std::chrono::milliseconds(2);    // others that want the processor get it meanwhile
constexpr auto kAsleep = std::chrono::milliseconds(200); // until the next look whether the other is still there

std::uint32_t* raw(const Word& word) { return const_cast<std::uint32_t*>(reinterpret_cast<const std::uint32_t*>(&word)); }

void sleep_while(const Word& word, std::uint32_t value) {
  const timespec time{.tv_sec = 0, .tv_nsec = std::chrono::nanoseconds(kAsleep).count()};
  ::syscall(SYS_futex, raw(word), FUTEX_WAIT, value, &time, nullptr, 0);
}

void wake_all(const Word& word) { ::syscall(SYS_futex, raw(word), FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0); }

struct flock place_of(int rank) {
  struct flock place {};
  place.l_type = F_WRLCK;
  place.l_whence = SEEK_SET;
  place.l_start = rank;
  place.l_len = 1;
  return place;
}

std::string named(int rank) { return "rank " + std::to_string(rank); }

} // namespace

// A rank writes message n over message n - 2, which all have read: each said so by sending n - 1.
struct alignas(64) SharedMemory::Box {
  Word sent; // messages so far
  std::array<std::uint64_t, 2> bytes;
  alignas(64) std::array<std::array<char, kMostBytes>, 2> messages;
};

SharedMemory::SharedMemory(std::string name, int descriptor, int rank, int ranks)
    : name_(std::move(name)), descriptor_(descriptor), rank_(rank), ranks_(ranks) {}

std::unique_ptr<SharedMemory> SharedMemory::create(int rank, int ranks) {
  std::random_device random;
  const std::string name = "/brainmvp-" + std::to_string(::getpid()) + "-" + std::to_string(random());
  const int descriptor = ::shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  // Room that is only promised would be missing when it is written to.
  const bool has_room = descriptor >= 0 && ::posix_fallocate(descriptor, 0, static_cast<off_t>(sizeof(Box)) * ranks) == 0;
  std::unique_ptr<SharedMemory> memory = map(name, descriptor, rank, ranks);
  if (has_room && memory) {
    return memory;
  }
  ::shm_unlink(name.c_str());
  return nullptr;
}

std::unique_ptr<SharedMemory> SharedMemory::open(const std::string& name, int rank, int ranks) {
  return map(name, ::shm_open(name.c_str(), O_RDWR | O_CLOEXEC, 0), rank, ranks);
}

std::unique_ptr<SharedMemory> SharedMemory::map(const std::string& name, int descriptor, int rank, int ranks) {
  if (descriptor < 0) {
    return nullptr;
  }
  std::unique_ptr<SharedMemory> memory(new SharedMemory(name, descriptor, rank, ranks));
  void* mapped =
      ::mmap(nullptr, sizeof(Box) * static_cast<std::size_t>(ranks), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (mapped == MAP_FAILED) {
    return nullptr;
  }
  memory->boxes_ = static_cast<Box*>(mapped);
  return memory->lock_own_place() ? std::move(memory) : nullptr;
}

SharedMemory::~SharedMemory() {
  if (boxes_ != nullptr) {
    ::munmap(boxes_, sizeof(Box) * static_cast<std::size_t>(ranks_));
  }
  ::close(descriptor_);
}

void SharedMemory::forget_name() const { ::shm_unlink(name_.c_str()); }

// The system gives the lock back when the process ends, however it does.
bool SharedMemory::lock_own_place() const {
  struct flock place = place_of(rank_);
  return ::fcntl(descriptor_, F_OFD_SETLK, &place) == 0;
}

bool SharedMemory::has_ended(int rank) const {
  struct flock place = place_of(rank);
  return rank != rank_ && ::fcntl(descriptor_, F_OFD_GETLK, &place) == 0 && place.l_type == F_UNLCK;
}

void SharedMemory::wait_for(int rank, std::chrono::milliseconds timeout) const {
  const Word& sent = boxes_[rank].sent;
  const auto missing = [&] { return static_cast<std::int32_t>(sent.load(std::memory_order_acquire) - messages_) < 0; };
  const auto start = Clock::now();
  while (missing() && Clock::now() - start < kAwake) {
    std::this_thread::yield();
  }
  while (missing()) {
    sleep_while(sent, messages_ - 1);
    if (has_ended(rank) && missing()) {
      throw std::runtime_error(named(rank) + " has ended");
    }
    if (Clock::now() - start > timeout) {
      throw std::runtime_error(named(rank) + " did not come within " + std::to_string(timeout.count() / 1000) + " s");
    }
  }
}

void SharedMemory::gather(const void* own, std::size_t bytes, void* all, std::chrono::milliseconds timeout) {
  ++messages_;
  const std::size_t side = messages_ % 2;
  Box& box = boxes_[rank_];
  std::memcpy(box.messages[side].data(), own, bytes);
  box.bytes[side] = bytes;
  box.sent.store(messages_, std::memory_order_release);
  wake_all(box.sent);
  for (int rank = 0; rank < ranks_; ++rank) {
    wait_for(rank, timeout);
    const Box& other = boxes_[rank];
    if (other.bytes[side] != bytes) {
      throw std::runtime_error(named(rank) + " sends " + std::to_string(other.bytes[side]) + " bytes where " + named(rank_) +
                               " sends " + std::to_string(bytes));
    }
    std::memcpy(static_cast<char*>(all) + bytes * static_cast<std::size_t>(rank), other.messages[side].data(), bytes);
  }
}

} // namespace brainmvp::parallel
