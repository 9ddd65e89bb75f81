// Random crops of several modalities for pre-training, read ahead by threads.
//
//   CropLoader loader(store, positions, {.seed = 1, .distribution = {3, 3}, .crop = {96, 96, 96}, ...}, first_batch);
//   for (...) { CropBatch batch = loader.next(); }
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/memory.h"
#include "image/volume.h"
#include "store/crop_placement.h"
#include "store/distribution.h"
#include "store/store.h"

namespace brainmvp::store {

// One sample of a batch: where it came from, and where its crop lies.
struct CropSample {
  std::size_t study = 0;               // position in Store::studies()
  std::uint64_t epoch = 0;             // passes over the data that this study has had before
  std::vector<std::string> modalities; // canonical, one a channel; repeated where the study has fewer
  std::vector<CropPlace> places;       // one a crop
};

// Starts at a cache line and is not cleared before crops are copied to it.
using CropBuffer = std::vector<float, BlockAllocator<float>>;

struct CropBatch {
  std::uint64_t number = 0; // counted from 0
  Portion portion;
  std::vector<CropSample> samples; // portion.read() of them
  CropBuffer images;               // [B][crop][C][i][j][k], k fastest
};

struct CropLoaderOptions {
  std::uint64_t seed = 0;
  Distribution distribution = {};
  std::vector<std::string> modalities = {}; // that are shown; empty: all
  std::size_t channels = 4;                 // modalities a sample
  std::size_t crops = 1;                    // of a study's volume a sample, each drawn for itself
  image::Size crop{96, 96, 96};
  std::optional<image::Size> common_grid = {}; // inside which crops lie
  Intensities intensities = Intensities::kClipped;
  std::size_t threads = 1;
  std::size_t read_ahead = 2; // batches prepared in advance
};

// Batches in order, the same for any number of threads. next() rethrows what a thread met.
class CropLoader {
public:
  // `positions` are those of Store::studies() to draw from, each with one of the modalities at least; `first_batch` is where a
  // resumed run goes on.
  CropLoader(const Store& store, std::vector<std::size_t> positions, CropLoaderOptions options, std::uint64_t first_batch = 0);
  ~CropLoader();

  CropBatch next();

  // Seconds that next() has waited in all: a device that is kept fed waits about 0.
  [[nodiscard]] double waited_seconds() const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace brainmvp::store
