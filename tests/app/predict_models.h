// Checkpoints of small models with drawn weights. Torch-free, so that the tests of commands are.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace brainmvp::test {

struct DrawnModel {
  std::vector<std::string> channels{"flair", "t1"}; // all but t1_ir have a template
  std::vector<std::pair<std::string, std::vector<int>>> regions{{"WT", {1, 2, 4}}, {"TC", {1, 4}}, {"ET", {4}}};
  std::vector<std::string> classes = {}; // a classifier when there are any
  std::uint64_t seed = 1;
  std::string reference = {}; // modality whose grid the output has
};

// A fine-tuned checkpoint as `finetune` writes it; the window is 32 voxels a side.
void write_drawn_model(const std::filesystem::path& file, const DrawnModel& model);

} // namespace brainmvp::test
