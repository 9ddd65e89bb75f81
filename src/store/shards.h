// Parts of a studies file that separate processes prepare, as job arrays do.
//
//   const Shard shard = shard_named("2/8");
//   studies.studies = studies_of(shard, studies.studies);
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "study/studies_file.h"

namespace brainmvp::store {

struct Shard {
  std::size_t number = 1; // 1 to count
  std::size_t count = 1;
};

// "2/8" is the second of eight. Throws Error(kUsage) for anything else.
Shard shard_named(const std::string& text);
std::string shard_name(const Shard& shard);

// The number of each study's shard. It follows from the list and `count` alone, without opening a file: studies with most
// images come first, and each goes to the shard with the fewest images so far. Studies of one data set, which take about the
// same time and stand together in the list, are so dealt out evenly.
std::vector<std::size_t> shard_numbers(const std::vector<study::Study>& studies, std::size_t count);

// Those of `studies` that belong to `shard`, in their order.
std::vector<study::Study> studies_of(const Shard& shard, const std::vector<study::Study>& studies);

} // namespace brainmvp::store
