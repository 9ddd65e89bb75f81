#include "finetune/batch.h"

#include <ATen/ops/arange.h>

#include <set>

#include "finetune/augmentation_set.h"
#include "infer/filling.h"
#include "store/handmade_store.h"
#include "support/support.h"

namespace brainmvp::finetune {
namespace {

constexpr std::int64_t kSide = 16;

class Batches : public testing::Test {
protected:
  Batches() {
    test::write_handmade_store(folder_.path(),
                               {{.id = "anna", .size = {20, 18, 14}, .modalities = {"t1", "flair"}, .label = true},
                                {.id = "berta", .size = {17, 23, 19}, .modalities = {"flair"}, .label = true}});
    store_ = std::make_unique<store::Store>(store::Store::open(folder_.path()));
    for (const store::StoredStudy& study : store_->studies()) {
      foregrounds_.push_back(find_foreground(study, 0));
    }
    description_.channels = {"flair", "t1"};
    description_.window = {kSide, kSide, kSide};
    description_.templates = at::arange(2 * 24 * 24 * 24, at::kFloat).div(2 * 24 * 24 * 24).reshape({2, 24, 24, 24});
    description_.has_template = {true, true};
  }

  [[nodiscard]] SampleOptions options(std::size_t threads = 1) const {
    return {.seed = 3,
            .distribution = {.samples_per_step = 2, .batch_size = 2},
            .channels = description_.channels,
            .crop = description_.window,
            .threads = threads};
  }
  [[nodiscard]] BatchSetup setup(std::size_t mix_channels, const train::AugmentationOptions& augmentation) const {
    return {.store = *store_, .description = description_, .augmentation = augmentation, .mix_channels = mix_channels};
  }
  [[nodiscard]] std::unique_ptr<store::ReadAhead<SampleBatch>> reader(std::size_t threads, std::uint64_t first = 0) const {
    return read_crops(*store_, {0, 1}, foregrounds_, options(threads), first);
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<store::Store> store_;
  std::vector<Foreground> foregrounds_;
  model::ModelDescription description_;
};

TEST_F(Batches, AreTheSameForAnyNumberOfThreadsAndAnyStart) {
  const auto one = reader(1);
  const auto three = reader(3);
  for (int i = 0; i < 4; ++i) {
    const SampleBatch a = one->next();
    const SampleBatch b = three->next();
    EXPECT_EQ(a.images, b.images);
    EXPECT_EQ(a.labels, b.labels);
    EXPECT_EQ(a.samples[1].start, b.samples[1].start);
  }
  const auto later = reader(2, 4);
  EXPECT_EQ(one->next().images, later->next().images);
}

TEST_F(Batches, FillMissingChannelsFromTheirTemplatesAtTheRightPlace) {
  const SampleBatch samples = reader(1)->next();
  const NetworkBatch batch = network_batch(samples, setup(0, augmentation_set("none")));
  ASSERT_EQ(batch.images.sizes().vec(), (std::vector<std::int64_t>{2, 2, kSide, kSide, kSide}));
  for (std::int64_t b = 0; b < 2; ++b) {
    const Sample& sample = samples.samples[static_cast<std::size_t>(b)];
    const image::Size& size = store_->studies()[sample.study].size();
    const torch::Tensor learned = infer::template_part(description_, 1, size, sample.start, description_.window);
    EXPECT_EQ(batch.images[b][1].equal(learned), sample.study == 1); // berta has no t1
    EXPECT_FALSE(batch.images[b][0].equal(learned));
  }
}

TEST_F(Batches, MixturesStandInTheOrderOfTheSamplesTwice) {
  const SampleBatch samples = reader(1)->next();
  const NetworkBatch plain = network_batch(samples, setup(0, augmentation_set("none")));
  const NetworkBatch mixed = network_batch(samples, setup(1, augmentation_set("none")));
  ASSERT_EQ(mixed.images.size(0), 4);
  EXPECT_TRUE(mixed.labels.slice(0, 0, 2).equal(mixed.labels.slice(0, 2, 4)));
  EXPECT_TRUE(mixed.labels.slice(0, 0, 2).equal(plain.labels));
  for (std::int64_t row = 0; row < 4; ++row) {
    int kept = 0;
    for (std::int64_t channel = 0; channel < 2; ++channel) {
      kept += mixed.images[row][channel].equal(plain.images[row % 2][channel]) ? 1 : 0;
    }
    EXPECT_GE(kept, 1) << "row " << row; // another sample's image has none in common
  }
}

// A channel of a mixture is the sample's image or the part of its template where the sample lies, nothing else; both occur.
TEST_F(Batches, MixedChannelsAreTemplates) {
  const auto samples_of = reader(1);
  int images = 0, templates = 0, differ = 0;
  for (int i = 0; i < 6; ++i) {
    const SampleBatch samples = samples_of->next();
    const NetworkBatch plain = network_batch(samples, setup(0, augmentation_set("none")));
    const NetworkBatch mixed = network_batch(samples, setup(1, augmentation_set("none")));
    for (std::int64_t row = 0; row < 4; ++row) {
      const Sample& sample = samples.samples[static_cast<std::size_t>(row % 2)];
      const image::Size& size = store_->studies()[sample.study].size();
      for (std::int64_t channel = 0; channel < 2; ++channel) {
        const torch::Tensor learned =
            infer::template_part(description_, static_cast<std::size_t>(channel), size, sample.start, description_.window);
        const bool is_template = mixed.images[row][channel].equal(learned);
        EXPECT_TRUE(is_template || mixed.images[row][channel].equal(plain.images[row % 2][channel])) << row << " " << channel;
        templates += is_template && sample.present[static_cast<std::size_t>(channel)] ? 1 : 0;
        images += is_template ? 0 : 1;
      }
    }
    differ += mixed.images.slice(0, 0, 2).equal(mixed.images.slice(0, 2, 4)) ? 0 : 1;
  }
  EXPECT_GT(templates, 0);
  EXPECT_GT(images, 0);
  EXPECT_GT(differ, 0) << "the two mixtures are drawn apart";
}

TEST_F(Batches, TemplatesMoveWithTheImage) {
  const SampleBatch samples = reader(1)->next();
  train::AugmentationOptions flips = augmentation_set("none");
  flips.flip = 1;
  const NetworkBatch plain = network_batch(samples, setup(0, augmentation_set("none")));
  const NetworkBatch turned = network_batch(samples, setup(0, flips));
  EXPECT_TRUE(turned.images.equal(plain.images.flip({2, 3, 4})));
  EXPECT_TRUE(turned.labels.equal(plain.labels.flip({1, 2, 3})));
}

TEST(DrawMixture, ReplacesFewerThanAllAndEveryNumberUpToThat) {
  RandomStream stream({4});
  std::set<std::ptrdiff_t> counts;
  for (int i = 0; i < 200; ++i) {
    counts.insert(std::ranges::count(draw_mixture(4, 3, stream), true));
  }
  EXPECT_EQ(counts, (std::set<std::ptrdiff_t>{0, 1, 2, 3}));
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(std::ranges::count(draw_mixture(1, 3, stream), true), 0);
    EXPECT_LE(std::ranges::count(draw_mixture(2, 3, stream), true), 1);
  }
}

TEST_F(Batches, BalancedVolumesShowEachClassAsOften) {
  const auto reader = read_volumes(*store_, {0, 1, 1, 1}, {0, 1, 1, 1}, model::Sizing::kPad, options(2), 0);
  std::array<int, 2> seen{0, 0};
  for (int i = 0; i < 10; ++i) {
    for (const Sample& sample : reader->next().samples) {
      ++seen.at(sample.study);
    }
  }
  EXPECT_EQ(seen, (std::array<int, 2>{10, 10}));
}

} // namespace
} // namespace brainmvp::finetune
