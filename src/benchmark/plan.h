// What a benchmark compares, as a plan says it: a TOML file (docs/how-to/benchmark.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace brainmvp::benchmark {

// Options of another command: what the plan's tables of options pass on.
using Words = std::vector<std::string>;

struct Objective {
  std::string name;
  std::string base;         // what `pretrain --objective` is given, or one of the two controls
  bool half_samples = true; // how one that looks at two crops a sample is brought to the others' voxels; otherwise half the steps
  Words options = {};       // of pretrain
  std::vector<std::uint64_t> labelled = {};         // only these of the tasks' numbers of labelled patients; none: all
  std::optional<std::uint64_t> pretrain_seeds = {}; // fewer than the plan's
  std::optional<std::uint64_t> finetune_seeds = {};

  [[nodiscard]] bool pretrains() const;
};

// Where studies come from: a simulated cohort, or a folder that --data names.
struct Source {
  std::string data = {};  // name of a folder; empty: simulated
  Words simulate = {};    // options of simulate
  std::string index = {}; // --task of index
};

enum class Kind { kSegment, kClassify, kRegress };
std::string name_of(Kind kind); // as the command of finetune

struct Task {
  std::string name;
  Kind kind = Kind::kSegment;
  Source source;
  std::string target = {};             // of a regression: a column of simulation.tsv
  std::vector<std::uint64_t> labelled; // numbers of training patients, each set within the next
  std::size_t validation = 0;          // patients
  std::size_t test = 0;
  std::uint64_t steps = 0;
  std::uint64_t batch_size = 1;
  std::uint64_t crop = 0;
  std::vector<std::string> only = {}; // subsets of the modalities that the first seeds are tested with too, as "t1,flair"
  Words options = {};                 // of finetune
};

struct Plan {
  std::string title;
  std::vector<Objective> objectives; // in the order of `objectives`
  std::vector<std::string> backbones;
  std::vector<Task> tasks; // in the order of `tasks`
  std::uint64_t crop = 0;  // side in voxels
  double spacing_mm = 1;
  std::uint64_t data_seed = 1;
  std::size_t test_heads = 4; // label maps for test patients only; of the program's own at most a third

  Source pretraining;
  std::size_t pretraining_studies = 0; // of the simulated cohort
  std::uint64_t pretrain_steps = 0;
  std::uint64_t pretrain_batch = 1; // crops that the network sees a step, whatever the objective
  std::uint64_t pretrain_seeds = 1;
  Words pretrain_options = {};

  std::uint64_t finetune_seeds = 1;
  std::vector<double> learning_rates; // the grid, the same for each objective
  std::vector<double> encoder_rates;
  Words finetune_options = {};
  Words predict_options = {};
};

// Crops that the network is given a sample, of each objective and control; 0 for the controls.
const std::map<std::string, std::size_t>& crops_of_objectives();

// Throws Error(kUsage) with the file and the key for what is unknown, missing or contradictory.
Plan read_plan(const std::filesystem::path& file);

} // namespace brainmvp::benchmark
