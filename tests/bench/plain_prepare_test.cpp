#include "bench/plain_prepare.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "bench/load.h"
#include "bench/prepare.h"
#include "bench/synthetic.h"
#include "store/prepare.h"
#include "support/support.h"

namespace brainmvp {
namespace {

void expect_same_preparation(const study::Study& study) {
  const store::PreparedStudy ours = store::prepare_study(study, {});
  const std::vector<image::Volume> plain = bench::plain_prepare(study.images);
  ASSERT_EQ(ours.volumes.size(), plain.size());
  for (std::size_t channel = 0; channel < plain.size(); ++channel) {
    ASSERT_EQ(ours.volumes[channel].size, plain[channel].size);
    for (std::size_t at = 0; at < plain[channel].data.size(); ++at) {
      ASSERT_NEAR(ours.volumes[channel].data[at], plain[channel].data[at], 2e-6) << channel << " at " << at;
    }
  }
}

TEST(PlainPrepare, AgreesWithThePreparation) {
  const test::TemporaryFolder folder;
  const image::Affine lps{.matrix = {{{-3, 0, 0}, {0, -3, 0}, {0, 0, 3}}}, .translation = {90, 100, -60}};
  expect_same_preparation(bench::write_synthetic_study(folder.path(), "a", {.size = {52, 64, 50}, .affine = lps}, 2));
  const image::Affine psl{.matrix = {{{0, 0, -2}, {-4, 0, 0}, {0, 7, 0}}}, .translation = {90, 100, -60}};
  expect_same_preparation(bench::write_synthetic_study(folder.path(), "b", {.size = {40, 20, 66}, .affine = psl}, 2));
}

TEST(PlainPrepare, RefusesWhatItCannotRead) {
  const test::TemporaryFolder folder;
  const study::Study study = bench::write_synthetic_study(folder.path(), "a", {.size = {20, 20, 20}, .affine = {}}, 1);
  std::string bytes = test::read_text(study.images[0]);
  test::write_text(study.images[0], bytes.substr(0, bytes.size() / 2));
  EXPECT_THROW((void)bench::plain_prepare(study.images), Error);
  EXPECT_THROW((void)bench::write_synthetic_study(folder.path(), "b", {.size = {9, 9, 9}, .affine = {}}, 5), Error);
}

TEST(Benches, RowsHaveNamesTimesAndBaselines) {
  std::vector<bench::Result> rows = bench::bench_prepare({.size = {40, 40, 30}, .modalities = 2, .repetitions = 1});
  const std::vector<bench::Result> load =
      bench::bench_load({.size = {60, 60, 50}, .crop = {24, 24, 24}, .modalities = 2, .repetitions = 1});
  rows.insert(rows.end(), load.begin(), load.end());
  for (const bench::Result& row : rows) {
    EXPECT_FALSE(row.name.empty());
    EXPECT_EQ(row.precision, "fp32");
    EXPECT_GT(row.seconds, 0);
    EXPECT_GT(row.baseline_seconds, 0);
    EXPECT_GT(row.peak_rss_bytes, 0U);
  }
}

} // namespace
} // namespace brainmvp
