// The cells of a plan: the pieces of work that processes share. Each has a folder and a result that is written once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "benchmark/plan.h"
#include "benchmark/workplace.h"

namespace brainmvp::benchmark {

struct Cell {
  std::string name;
  std::vector<std::string> needs = {};                    // cells that must be done before
  std::string recipe = {};                                // all that decides its result
  std::uint64_t steps = 0;                                // of training
  std::uint64_t voxels = 0;                               // that the network sees in them
  std::uint64_t units = 1;                                // patients that are made, prepared or predicted
  std::string group = {};                                 // cells whose units cost the same
  std::string trains = {};                                // cells whose steps cost the same
  std::function<std::string(const Workplace&)> work = {}; // gives the text of its result, JSON
  std::function<void(const Workplace&)> tidy = {};        // removes what nobody needs once the result is there
  Words check = {};     // a command with its options whose input is missing: what is wrong with the options is said first
  bool is_test = false; // its result has rows of patients
};

// What the plan leaves to the command line.
struct Places {
  std::map<std::string, std::filesystem::path> data; // folders by their names
  std::filesystem::path anatomy;                     // label maps of heads, or `drawn`; empty: those of the program
};

// The options `more` replace those of the same name.
Words with_options(Words words, const Words& more);

// In the order of work: a cell stands behind those that it needs, and the first seeds with the fewest labelled patients give a
// first whole table. Throws Error(kUsage) for data that is not named, Error(kBadInput) for too few label maps.
std::vector<Cell> cells_of(const Plan& plan, const Places& places);

} // namespace brainmvp::benchmark
