// Samples of fine-tuning: the same channels for every study, read ahead by threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "finetune/foreground.h"
#include "model/model.h"
#include "store/distribution.h"
#include "store/read_ahead.h"
#include "store/store.h"

namespace brainmvp::finetune {

struct Sample {
  std::size_t study = 0;       // position in Store::studies()
  std::uint64_t epoch = 0;     // passes over the data (of its class, where classes are balanced) before
  store::Start start{0, 0, 0}; // of the crop, in the study's volume; negative where it is padded
  std::vector<bool> present;   // one a channel
};

struct SampleBatch {
  store::Portion portion;
  std::vector<Sample> samples;      // portion.read() of them
  std::vector<float> images;        // [B][C][i][j][k], 0 in missing channels
  std::vector<std::uint8_t> labels; // [B][i][j][k], values of the label maps; empty for whole volumes
};

struct SampleOptions {
  std::uint64_t seed = 0;
  store::Distribution distribution = {};
  std::vector<std::string> channels;
  image::Size crop{96, 96, 96};
  double foreground_rate = 0.5; // share of the crops that are drawn around foreground, where a study has any
  store::Intensities intensities = store::Intensities::kUnclipped;
  std::size_t threads = 1;
};

// Random crops for segmentation. `foregrounds`: of the studies at `positions`.
std::unique_ptr<store::ReadAhead<SampleBatch>> read_crops(const store::Store& store, const std::vector<std::size_t>& positions,
                                                          const std::vector<Foreground>& foregrounds,
                                                          const SampleOptions& options, std::uint64_t first_batch);

// Whole volumes, sized as the model wants them. `strata`: one a position, each drawn as often as any other; without them each
// study is.
std::unique_ptr<store::ReadAhead<SampleBatch>> read_volumes(const store::Store& store, const std::vector<std::size_t>& positions,
                                                            const std::vector<std::size_t>& strata, model::Sizing sizing,
                                                            const SampleOptions& options, std::uint64_t first_batch);

// Which of the channels a study has.
std::vector<bool> present_channels(const store::StoredStudy& study, const std::vector<std::string>& channels);

} // namespace brainmvp::finetune
