// M3AE (Liu et al. 2023, arXiv 2303.05302): all modalities of a study at once, whole ones and cubes of the others hidden behind
// learned templates, are restored.
#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "nn/kernels/working_type.h"
#include "nn/layers/size_check.h"
#include "nn/networks/backbones.h"
#include "nn/networks/generic_networks.h"
#include "objectives/brainmvp/masking.h"
#include "objectives/brainmvp/template_export.h"
#include "objectives/brainmvp/template_grid.h"
#include "objectives/brainmvp/template_run.h"
#include "objectives/m3ae/settings.h"
#include "objectives/m3ae/visible.h"
#include "objectives/pictures.h"
#include "objectives/restoration.h"
#include "parallel/sums.h"
#include "runtime/ordered_sums.h"
#include "store/crop_placement.h"
#include "study/modality.h"

namespace brainmvp::objectives {
namespace {

using torch::Tensor;

class M3ae : public Restoration {
public:
  M3ae(M3aeSettings settings, const ObjectiveSetup& setup, std::shared_ptr<nn::ReconstructionNetwork> network)
      : Restoration(network, settings.work()), settings_(std::move(settings)), network_(std::move(network)),
        trained_(modalities_of(setup.store, setup.training)),
        affine_(affine_of_templates(setup.store, setup.training, settings_.template_size)) {
    std::erase_if(trained_, [&](const std::string& name) { return std::ranges::count(settings_.modalities, name) == 0; });
  }

  [[nodiscard]] DataNeeds data() const override {
    return {.modalities = settings_.modalities, .channels = settings_.modalities.size(), .common_grid = settings_.template_size};
  }

  [[nodiscard]] MemoryNeeds memory() const override {
    MemoryNeeds needs = Objective::memory();
    const double bank = bank_bytes(settings_.template_size);
    needs.parameters += bank;
    needs.gradients = bank;
    return needs;
  }

  void start(const ObjectiveSetup& setup) override {
    templates_ = make_templates(settings_.template_init, settings_.template_size, setup);
  }

  [[nodiscard]] NamedTensors parameters() const override { return with_bank(templates_, Objective::parameters()); }
  [[nodiscard]] NamedTensors weights() const override { return with_bank(templates_.detach(), Objective::weights()); }

  // The templates' own rate.
  [[nodiscard]] std::vector<double> rate_factors() const override {
    std::vector<double> factors(parameters().size(), 1);
    factors.front() = settings_.template_rate;
    return factors;
  }

  void to(const at::Device& device) override {
    Objective::to(device);
    templates_ = templates_.detach().to(device).requires_grad_();
  }

  // Of all voxels of the modalities that a study has, and of the templates' distance from their means.
  NamedTensors losses(const Batch& batch, const Step& step) override {
    NamedTensors terms = Restoration::losses(batch, step);
    const nn::WithoutAutocast guard;
    const Tensor error = terms.front().second;
    const Tensor distance = parallel::mean_over_ranks(distance_from_means(), step.share);
    return {{"loss", error + settings_.template_penalty * distance}, {"mse", error.detach()}};
  }

  [[nodiscard]] train::NamedValues validation(const train::NamedValues& means) const override {
    return {{"validation_loss", means.front().second}, {"validation_psnr", peak_signal_to_noise(means.back().second)}};
  }

  [[nodiscard]] std::vector<std::pair<std::string, io::Picture>> pictures() const override {
    auto all = Restoration::pictures();
    std::ranges::move(template_pictures(templates_of(templates_, {}).templates), std::back_inserter(all));
    return all;
  }

  [[nodiscard]] checkpoint::Dict description() const override {
    checkpoint::Dict entries = description_of_templates(trained_, affine_);
    checkpoint::List channels;
    for (const std::string& name : settings_.modalities) {
      channels.push_back({name});
    }
    entries.push_back({{std::string("channels")}, {channels}}); // by whose names fine-tuning takes them
    return entries;
  }

  void check_output(const std::filesystem::path& run) const override { check_templates_folder(run); }
  void finish(const std::filesystem::path& run) const override { write_templates_folder(run, templates_, trained_, affine_); }

private:
  // Visible cubes as they are, all else from the templates.
  Damaged damage(const Batch& batch, const Step& step) override {
    const Tensor images = batch.images.select(1, 0); // [B, C, H, W, D], in the order of each sample's modalities
    std::vector<Tensor> targets, inputs, present;
    for (std::size_t b = 0; b < batch.samples.size(); ++b) {
      const Channels channels = channels_of(batch.samples[b]);
      const Tensor target = images[static_cast<std::int64_t>(b)].index_select(0, channels.sources.to(images.device()));
      const Tensor kept = visible(batch, b, step, channels).to(images.device());
      targets.push_back(target);
      inputs.push_back(at::where(kept, target, template_crop(batch.samples[b], target)));
      present.push_back(channels.present.to(images.device()).view({-1, 1, 1, 1}));
    }
    return {.target = at::stack(targets), .input = at::stack(inputs), .counted = at::stack(present)};
  }

  Tensor restore(const Tensor& input) override { return network_->forward(input).image; }

  // Where a sample has the modalities, in the order of the settings.
  struct Channels {
    Tensor sources;                    // [C]: channel of the sample; 0 for what it lacks
    Tensor present;                    // [C] bool
    std::vector<std::int64_t> indices; // those that are present
  };

  [[nodiscard]] Channels channels_of(const store::CropSample& sample) const {
    Channels channels{.sources = at::zeros({count()}, at::kLong), .present = at::zeros({count()}, at::kBool), .indices = {}};
    for (std::int64_t c = 0; c < count(); ++c) {
      const auto found = std::ranges::find(sample.modalities, settings_.modalities[static_cast<std::size_t>(c)]);
      if (found != sample.modalities.end()) {
        channels.sources[c] = found - sample.modalities.begin();
        channels.present[c] = true;
        channels.indices.push_back(c);
      }
    }
    return channels;
  }

  // [C, H, W, D]
  [[nodiscard]] Tensor visible(const Batch& batch, std::size_t b, const Step& step, const Channels& channels) const {
    const auto sizes = batch.images.sizes();
    const std::array<std::int64_t, 3> size{sizes[3], sizes[4], sizes[5]};
    RandomStream stream = stream_of(batch, b, step, "mask");
    const auto drawn = draw_visible(channels.indices.size(), block_count(size, settings_.masking.mask_block), settings_.dropped,
                                    settings_.masking.mask_rate, stream);
    std::vector<std::vector<std::int64_t>> kept(static_cast<std::size_t>(count()));
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      kept[static_cast<std::size_t>(channels.indices[i])] = drawn[i];
    }
    return block_mask(kept, size, settings_.masking.mask_block).squeeze(1);
  }

  // [C, H, W, D]: the templates where the sample's crop lies.
  [[nodiscard]] Tensor template_crop(const store::CropSample& sample, const Tensor& like) const {
    std::vector<Tensor> crops = rows();
    for (Tensor& crop : crops) {
      for (std::int64_t axis = 0; axis < 3; ++axis) {
        const auto start = static_cast<std::int64_t>(sample.places.front().grid_start[static_cast<std::size_t>(axis)]);
        crop = crop.narrow(axis, start, like.size(axis + 1));
      }
    }
    return at::stack(crops);
  }

  [[nodiscard]] std::vector<Tensor> rows() const { // C of [Ht, Wt, Dt]
    std::vector<Tensor> chosen;
    for (const std::int64_t row : template_rows(settings_.modalities)) {
      chosen.push_back(templates_[row]);
    }
    return chosen;
  }

  [[nodiscard]] Tensor distance_from_means() const {
    const Tensor templates = at::stack(rows()).flatten(1); // [C, N]
    const Tensor means = ordered_row_sums(templates).unsqueeze(1) / templates.size(1);
    constexpr double kSmallest = 1e-24; // whose root has a gradient: templates start equal to their means
    return ordered_sum((templates - means).square()).clamp_min(kSmallest).sqrt();
  }

  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(settings_.modalities.size()); }

  M3aeSettings settings_;
  std::shared_ptr<nn::ReconstructionNetwork> network_;
  Tensor templates_;                 // [8, Ht, Wt, Dt], of which those of the modalities are used, as they are
  std::vector<std::string> trained_; // modalities of the training studies
  image::Affine affine_;
};

void check_modalities(const std::vector<std::string>& modalities) {
  for (std::size_t i = 0; i < modalities.size(); ++i) {
    const std::string& name = modalities[i];
    if (!study::main_index(name)) {
      throw Error(ExitCode::kUsage,
                  unknown_name("modality with a template", name, {study::kMainModalities.begin(), study::kMainModalities.end()}));
    }
    if (std::ranges::count(modalities, name) > 1) {
      throw Error(ExitCode::kUsage, "--modalities: " + name + " stands there twice");
    }
  }
  if (modalities.empty()) {
    throw Error(ExitCode::kUsage, "--modalities: expected one at least");
  }
}

} // namespace

std::unique_ptr<Objective> M3aeSettings::make(const ObjectiveSetup& setup) const {
  check_modalities(modalities);
  auto network = decoder.network(setup, static_cast<std::int64_t>(modalities.size()));
  masking.check(setup.crop);
  store::check_grid(setup.crop, template_size);
  return std::make_unique<M3ae>(*this, setup, std::move(network));
}

} // namespace brainmvp::objectives
