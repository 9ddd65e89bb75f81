#include "benchmark/claim.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <string>

#include "base/atomic_file.h"
#include "base/exact_number.h"
#include "benchmark/owner.h"

namespace brainmvp::benchmark {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kLock = "lock.";

fs::path lock_file(const fs::path& folder, std::size_t number) { return folder / (std::string(kLock) + std::to_string(number)); }

// 0 where there is none.
std::size_t newest_lock(const fs::path& folder) {
  std::size_t newest = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kLock)) {
      newest = std::max(newest, exact_number<std::size_t>(name.substr(kLock.size())).value_or(0));
    }
  }
  return newest;
}

// The clock of the file system, not this machine's, says how old a lock is.
bool silent(const fs::path& lock, const Patience& patience) {
  const AtomicFile now(lock.parent_path() / "clock");
  write_file(now.temporary(), "");
  std::error_code error;
  const auto seen = fs::last_write_time(lock, error);
  return !error && fs::last_write_time(now.temporary()) - seen > patience.silence;
}

bool dead(const fs::path& lock, const Patience& patience) {
  std::string owner; // stays empty where the lock was given back just now: the next look finds it free
  std::getline(std::ifstream(lock), owner);
  const Life life = life_of(owner);
  return life == Life::kDead || (life == Life::kUnknown && silent(lock, patience));
}

} // namespace

std::unique_ptr<Claim> Claim::take(const fs::path& folder, const Patience& patience) {
  create_folders(folder);
  const std::size_t newest = newest_lock(folder);
  if (newest > 0 && !dead(lock_file(folder, newest), patience)) {
    return nullptr;
  }
  const AtomicFile own(folder / "owner");
  write_file(own.temporary(), this_process() + "\n");
  const fs::path lock = lock_file(folder, newest + 1);
  if (::link(own.temporary().c_str(), lock.c_str()) != 0) {
    if (errno == EEXIST) {
      return nullptr;
    }
    throw_write_error(lock, errno);
  }
  if (newest > 0) {
    fs::remove(lock_file(folder, newest));
  }
  return std::unique_ptr<Claim>(new Claim(folder, newest + 1, patience));
}

Claim::Claim(fs::path folder, std::size_t number, const Patience& patience)
    : folder_(std::move(folder)), number_(number), heart_([this, patience] { beat(patience); }) {}

void Claim::beat(const Patience& patience) {
  std::unique_lock lock(mutex_);
  while (!ends_.wait_for(lock, patience.beat, [this] { return ending_; })) {
    std::error_code error;
    ::utimensat(AT_FDCWD, lock_file(folder_, number_).c_str(), nullptr, 0); // by the clock of the file system
    lost_ = lost_ || !fs::exists(lock_file(folder_, number_), error) || fs::exists(lock_file(folder_, number_ + 1), error);
  }
}

Claim::~Claim() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  ends_.notify_all();
  heart_.join();
  std::error_code error;
  fs::remove(lock_file(folder_, number_), error);
}

} // namespace brainmvp::benchmark
