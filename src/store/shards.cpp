#include "store/shards.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <numeric>
#include <queue>
#include <utility>

#include "base/error.h"

namespace brainmvp::store {
namespace {

// All of `text` as a number; 0 when it is none.
std::size_t number_of(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

std::size_t images_of(const study::Study& study) { return study.modalities.size() + (study.label ? 1 : 0); }

} // namespace

Shard shard_named(const std::string& text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const Shard shard{.number = number_of(text.substr(0, slash)),
                    .count = number_of(text.substr(std::min(slash + 1, text.size())))};
  if (shard.number == 0 || shard.count < shard.number) {
    throw Error(ExitCode::kUsage, "--shard " + text + ": expected I/N with I from 1 to N, such as 2/8 for the second of eight");
  }
  return shard;
}

std::string shard_name(const Shard& shard) { return std::to_string(shard.number) + "/" + std::to_string(shard.count); }

std::vector<std::size_t> shard_numbers(const std::vector<study::Study>& studies, std::size_t count) {
  std::vector<std::size_t> order(studies.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater(), [&](std::size_t position) { return images_of(studies[position]); });
  using Load = std::pair<std::size_t, std::size_t>; // images, and the shard that has them
  std::priority_queue<Load, std::vector<Load>, std::greater<>> loads;
  for (std::size_t shard = 1; shard <= std::min(count, studies.size()); ++shard) {
    loads.emplace(0, shard);
  }
  std::vector<std::size_t> numbers(studies.size());
  for (const std::size_t position : order) {
    const auto [images, shard] = loads.top();
    loads.pop();
    loads.emplace(images + images_of(studies[position]), shard);
    numbers[position] = shard;
  }
  return numbers;
}

std::vector<study::Study> studies_of(const Shard& shard, const std::vector<study::Study>& studies) {
  const std::vector<std::size_t> numbers = shard_numbers(studies, shard.count);
  std::vector<study::Study> part;
  for (std::size_t i = 0; i < studies.size(); ++i) {
    if (numbers[i] == shard.number) {
      part.push_back(studies[i]);
    }
  }
  return part;
}

} // namespace brainmvp::store
