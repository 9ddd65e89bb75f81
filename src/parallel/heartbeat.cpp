#include "parallel/heartbeat.h"

#include <exception>
#include <sstream>

#include "base/text.h"

namespace brainmvp::parallel {
namespace {

constexpr auto kBeat = std::chrono::seconds(1);
constexpr auto kListen = 3 * kBeat;
constexpr const char* kVerdict = "verdict";

std::string key_of(std::size_t rank) { return "beat/" + std::to_string(rank); }

std::string ranks_text(const std::vector<std::size_t>& ranks, const std::vector<std::string>& places) {
  std::vector<std::string> names;
  for (const std::size_t rank : ranks) {
    names.push_back(std::to_string(rank) + " (" + places.at(rank) + ")");
  }
  return (ranks.size() == 1 ? "rank " : "ranks ") + join(names, ", ");
}

} // namespace

Heartbeat::Heartbeat(c10::intrusive_ptr<c10d::Store> store, int rank, std::vector<std::string> places)
    : store_(std::move(store)), rank_(rank), places_(std::move(places)), thread_([this] { beat_until_stopped(); }) {}

Heartbeat::~Heartbeat() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopping_.notify_all();
  thread_.join();
}

void Heartbeat::beat_until_stopped() {
  std::unique_lock lock(mutex_);
  for (std::uint64_t beat = 1; !stop_; ++beat) {
    const std::string text = std::to_string(beat) + " " + std::to_string(exchanges_.load(std::memory_order_relaxed));
    try {
      set(key_of(static_cast<std::size_t>(rank_)), text);
    } catch (const std::exception&) {
      return; // whoever waits for an exchange finds out and reports
    }
    stopping_.wait_for(lock, kBeat, [this] { return stop_; });
  }
}

std::vector<Heartbeat::Report> Heartbeat::reports() {
  std::vector<Report> found(places_.size());
  const std::lock_guard lock(mutex_); // the beats use the same connection
  for (std::size_t rank = 0; rank < found.size(); ++rank) {
    if (store_->check({key_of(rank)})) {
      std::istringstream stream(get(key_of(rank)));
      stream >> found[rank].beat >> found[rank].exchanges;
    }
  }
  return found;
}

void Heartbeat::set(const std::string& key, const std::string& text) {
  store_->set(key, std::vector<std::uint8_t>(text.begin(), text.end()));
}

std::string Heartbeat::get(const std::string& key) {
  const std::vector<std::uint8_t> bytes = store_->get(key);
  return {bytes.begin(), bytes.end()};
}

std::string Heartbeat::listen() {
  const std::vector<Report> before = reports();
  std::this_thread::sleep_for(kListen);
  const std::vector<Report> now = reports();
  std::vector<std::size_t> silent, behind;
  for (std::size_t rank = 0; rank < now.size(); ++rank) {
    if (rank == static_cast<std::size_t>(rank_)) {
      continue;
    }
    if (now[rank].beat == before[rank].beat) {
      silent.push_back(rank);
    } else if (now[rank].exchanges < exchanges_.load(std::memory_order_relaxed)) {
      behind.push_back(rank);
    }
  }
  if (!silent.empty()) {
    return ranks_text(silent, places_) + (silent.size() == 1 ? " has died or stands still" : " have died or stand still") +
           ": nothing was heard from there for " + std::to_string(kListen.count()) + " s";
  }
  if (!behind.empty()) {
    return ranks_text(behind, places_) + (behind.size() == 1 ? " is" : " are") +
           " alive but did not come to the exchange that the others wait in";
  }
  return "all ranks are alive; the network between them failed";
}

std::string Heartbeat::who_is_missing() {
  try {
    const auto known = [this] {
      const std::lock_guard lock(mutex_);
      return store_->check({kVerdict}) ? get(kVerdict) : std::string();
    };
    std::string verdict = known();
    if (verdict.empty()) {
      verdict = listen();
      const std::string earlier = known();
      verdict = earlier.empty() ? verdict : earlier;
      const std::lock_guard lock(mutex_);
      set(kVerdict, verdict);
    }
    if (rank_ == 0) { // its process may hold the store, which the others still need
      std::this_thread::sleep_for(kListen);
    }
    return verdict;
  } catch (const std::exception&) {
    return "the store where ranks meet is gone, and with it " + ranks_text({0}, places_) + " or torchrun's agent";
  }
}

} // namespace brainmvp::parallel
