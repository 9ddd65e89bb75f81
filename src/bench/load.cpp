#include "bench/load.h"

#include <algorithm>
#include <span>

#include "base/error.h"
#include "base/machine.h"
#include "base/random.h"
#include "base/temporary_folder.h"
#include "bench/plain_prepare.h"
#include "bench/synthetic.h"
#include "bench/timing.h"
#include "store/loader.h"
#include "store/prepare_store.h"
#include "store/store.h"

namespace brainmvp::bench {
namespace {

store::Store store_of(const study::Study& study, const std::filesystem::path& folder, bool compress) {
  const study::StudiesFile list{.studies = {study}, .table = {}};
  const std::filesystem::path path = folder / (compress ? "compressed" : "store");
  store::StoreBuilder builder(list, folder / "studies.json", path, {.parameters = {.compress = compress}});
  builder.run([](const store::StudyOutcome& outcome) {
    if (outcome.outcome == store::Outcome::kFailed) {
      throw Error(ExitCode::kInternal, outcome.reason);
    }
  });
  return store::Store::open(path);
}

store::Start place_of(const image::Size& volume, const image::Size& crop, RandomStream& places) {
  store::Start start{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    start[axis] = static_cast<std::int64_t>(places.below(volume[axis] - std::min(crop[axis], volume[axis]) + 1));
  }
  return start;
}

void take_crop(const store::StoredStudy& study, const image::Size& crop, RandomStream& places, std::span<float> batch) {
  const std::size_t voxels = image::voxel_count(crop);
  const store::Start start = place_of(study.size(), crop, places);
  for (std::size_t channel = 0; channel < study.modalities().size(); ++channel) {
    study.copy_crop(study.modalities()[channel], start, crop, store::Intensities::kUnclipped,
                    batch.subspan(channel * voxels, voxels));
  }
}

// The whole of every volume, then what is in the crop.
void take_plain_crop(const study::Study& study, const image::Size& crop, RandomStream& places, std::span<float> batch) {
  auto to = batch.begin();
  const std::vector<image::Volume> volumes = plain_prepare(study.images);
  const store::Start start = place_of(volumes.front().size, crop, places);
  for (const image::Volume& volume : volumes) {
    for (std::size_t i = 0; i < crop[0]; ++i) {
      for (std::size_t j = 0; j < crop[1]; ++j) {
        for (std::size_t k = 0; k < crop[2]; ++k, ++to) {
          const image::Size at{i + static_cast<std::size_t>(start[0]), j + static_cast<std::size_t>(start[1]),
                               k + static_cast<std::size_t>(start[2])};
          const bool inside = at[0] < volume.size[0] && at[1] < volume.size[1] && at[2] < volume.size[2];
          *to = inside ? volume.data[volume.index(at[0], at[1], at[2])] : 0.0F;
        }
      }
    }
  }
}

} // namespace

std::vector<Result> bench_load(const LoadBenchOptions& options) {
  const TemporaryFolder folder;
  const image::Grid grid{.size = options.size, .affine = {}};
  const study::Study study = write_synthetic_study(folder.path(), "case", grid, options.modalities);
  store::CropBuffer batch(options.modalities * image::voxel_count(options.crop));
  RandomStream places({text_key("bench load")});
  const double plain = median_seconds(options.baseline_repetitions, [&] { take_plain_crop(study, options.crop, places, batch); });
  std::vector<Result> results;
  for (const bool compress : {false, true}) {
    const store::Store store = store_of(study, folder.path(), compress);
    const auto take = [&] { take_crop(store.studies().front(), options.crop, places, batch); };
    take(); // warms the store
    Result& result = results.emplace_back();
    result.name = compress ? "crop from a warm compressed store" : "crop from a warm store";
    result.seconds = median_seconds(options.repetitions, take);
    result.baseline_seconds = plain;
    result.peak_rss_bytes = peak_resident_memory();
  }
  return results;
}

} // namespace brainmvp::bench
