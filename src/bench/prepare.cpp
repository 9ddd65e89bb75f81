#include "bench/prepare.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>

#include "base/hash.h"
#include "base/machine.h"
#include "base/temporary_folder.h"
#include "bench/plain_prepare.h"
#include "bench/synthetic.h"
#include "bench/timing.h"
#include "io/gzip.h"
#include "store/prepare.h"
#include "store/records.h"

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

// What `prepare` does but for writing: the volumes, the bytes of their files, and the hashes of these.
void prepare_fully(const study::Study& study, std::size_t threads) {
  const store::PreparedStudy prepared = store::prepare_study(study, {}, threads);
  for (const image::Volume& volume : prepared.volumes) {
    (void)content_hash(store::encode_stored(volume));
  }
}

void prepare_plainly(const study::Study& study) {
  for (const image::Volume& volume : plain_prepare(study.images)) {
    std::vector<std::int16_t> stored(volume.data.size());
    std::ranges::transform(volume.data, stored.begin(), [](float value) {
      return static_cast<std::int16_t>(std::lround(std::clamp(value * store::kStoredOne, -32767.0F, 32767.0F)));
    });
  }
}

Result time_preparation(const std::string& name, const study::Study& study, const PrepareBenchOptions& options) {
  Result result{.name = name};
  result.seconds = median_seconds(options.repetitions, [&] { prepare_fully(study, options.threads); });
  result.baseline_seconds = median_seconds(options.baseline_repetitions, [&] { prepare_plainly(study); });
  result.peak_rss_bytes = peak_resident_memory();
  return result;
}

std::vector<std::byte> bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::span<const std::byte> bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

Result time_unpacking(const study::Study& study, const PrepareBenchOptions& options) {
  std::vector<std::vector<std::byte>> files;
  for (const std::filesystem::path& path : study.images) {
    files.push_back(bytes_of(path));
  }
  const std::size_t limit = 352 + image::voxel_count(options.size) * sizeof(std::int16_t);
  const auto all = [&](const auto& unpack) {
    for (std::size_t i = 0; i < files.size(); ++i) {
      unpack(files[i], study.images[i].string());
    }
  };
  Result result{.name = "prepare: gunzip alone"};
  result.seconds = median_seconds(options.repetitions, [&] {
    all([limit](std::span<const std::byte> file, const std::string& name) { (void)io::gunzip(file, limit, name); });
  });
  result.baseline_seconds = median_seconds(options.repetitions, [&] {
    all([limit](std::span<const std::byte> file, const std::string& name) { (void)io::unzip_stream(file, limit, name); });
  });
  result.peak_rss_bytes = peak_resident_memory();
  return result;
}

} // namespace

std::vector<Result> bench_prepare(const PrepareBenchOptions& options) {
  const TemporaryFolder folder;
  const auto study = [&](const std::string& id, const image::Grid& grid) {
    return write_synthetic_study(folder.path(), id, grid, options.modalities);
  };
  const study::Study same = study("same", brats_grid(options.size));
  return {time_preparation("prepare at 1 mm", same, options), time_unpacking(same, options),
          time_preparation("prepare from 0.5x0.5x5 mm", study("thick", thick_grid(options.size)), options)};
}

} // namespace brainmvp::bench
