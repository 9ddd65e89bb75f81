#include "store/sampler.h"

#include "base/error.h"
#include "base/random.h"

namespace brainmvp::store {

Sampler::Sampler(std::uint64_t seed, std::size_t count, std::string_view purpose)
    : seed_(seed), count_(count), purpose_(text_key(purpose)), recent_(std::make_unique<Recent>()) {
  if (count == 0) {
    throw Error(ExitCode::kNothingFound, "there are no studies to draw from; the store's training list is empty");
  }
}

Drawn Sampler::at(std::uint64_t position) const {
  const std::uint64_t epoch = position / count_;
  const std::lock_guard lock(recent_->mutex);
  Order& order = recent_->orders[epoch % recent_->orders.size()];
  if (order.indices.empty() || order.epoch != epoch) {
    order = {.epoch = epoch, .indices = RandomStream({seed_, epoch, purpose_}).permutation(count_)};
  }
  return {.index = order.indices[position % count_], .epoch = epoch};
}

} // namespace brainmvp::store
