#include "bench/prepare.h"

#include "base/machine.h"
#include "bench/plain_prepare.h"
#include "bench/synthetic.h"
#include "bench/timing.h"
#include "store/prepare.h"

namespace brainmvp::bench {
namespace {

image::Grid brats_grid(const image::Size& size) {
  return {.size = size,
          .affine = {.matrix = {{{-1, 0, 0}, {0, -1, 0}, {0, 0, 1}}}, .translation = {0, static_cast<double>(size[1] - 1), 0}}};
}

image::Grid thick_grid(const image::Size& size) {
  return {.size = {2 * size[0], 2 * size[1], (size[2] + 4) / 5},
          .affine = {.matrix = {{{-0.5, 0, 0}, {0, -0.5, 0}, {0, 0, 5}}}, .translation = {100, 100, -60}}};
}

Result time_preparation(const std::string& name, const study::Study& study, const PrepareBenchOptions& options) {
  Result result{.name = name};
  result.seconds = median_seconds(options.repetitions, [&] { (void)store::prepare_study(study, {}, options.threads); });
  result.baseline_seconds = median_seconds(options.baseline_repetitions, [&] { (void)plain_prepare(study.images); });
  result.peak_rss_bytes = peak_resident_memory();
  return result;
}

} // namespace

std::vector<Result> bench_prepare(const PrepareBenchOptions& options) {
  const ScratchFolder folder;
  const auto study = [&](const std::string& id, const image::Grid& grid) {
    return write_synthetic_study(folder.path(), id, grid, options.modalities);
  };
  return {time_preparation("1 mm", study("same", brats_grid(options.size)), options),
          time_preparation("0.5x0.5x5 mm", study("thick", thick_grid(options.size)), options)};
}

} // namespace brainmvp::bench
