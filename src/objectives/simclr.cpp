// SimCLR (Chen et al. 2020, arXiv 2002.05709) in 3D: two crops of a study, each changed in its own way, are to be told from those
// of other studies.
#include "base/error.h"
#include "nn/kernels/working_type.h"
#include "nn/layers/layers.h"
#include "nn/layers/size_check.h"
#include "nn/networks/backbones.h"
#include "objectives/contrast.h"
#include "objectives/objective.h"
#include "objectives/pictures.h"
#include "parallel/sums.h"
#include "runtime/ordered_sums.h"
#include "train/augmentation.h"

namespace brainmvp::objectives {
namespace {

using torch::Tensor;

// Frequencies of nnU-Net's changes in 3D ports; the brightness and contrast of an image tell studies apart without a look at it.
constexpr train::AugmentationOptions kViewChanges{.flip = 0.5,
                                                  .rotation = 0.2,
                                                  .scaling = 0.2,
                                                  .intensity_scale = 0.25,
                                                  .intensity_shift = 0.1,
                                                  .gamma = 0.3,
                                                  .noise = 0.1,
                                                  .blur = 0.2,
                                                  .low_resolution = 0.1};

// An encoder, and of the means of all its features two linear layers. The batch norm between them, over all ranks, takes away
// what all rows have in common: without it the rows of a short run became alike.
class SimClrNetwork : public torch::nn::Module {
public:
  SimClrNetwork(const nn::Backbone& row, std::int64_t width) : size_multiple_(row.size_multiple) {
    encoder_ = register_module("encoder", row.encoder(1));
    std::int64_t pooled = 0;
    for (const std::int64_t level : row.widths) {
      pooled += level;
    }
    const auto projection = register_module("projection", std::make_shared<torch::nn::Module>());
    first_ = projection->register_module("fc1", std::make_shared<nn::Linear>(pooled, width, nn::Linear::Kind::kMatrix));
    norm_ = projection->register_module("norm", std::make_shared<nn::BatchNorm>(width));
    second_ = projection->register_module("fc2", std::make_shared<nn::Linear>(width, width, nn::Linear::Kind::kMatrix));
  }

  Tensor forward(const Tensor& x) { // [B, 1, H, W, D] -> [B, width]
    nn::check_input(x, 1, size_multiple_);
    std::vector<Tensor> pooled;
    for (const Tensor& feature : encoder_->forward(x)) {
      pooled.push_back(ordered_row_means(feature.flatten(2)));
    }
    return second_->forward(at::relu(norm_->forward(first_->forward(at::cat(pooled, 1)))));
  }

private:
  std::int64_t size_multiple_;
  std::shared_ptr<nn::Encoder> encoder_;
  std::shared_ptr<nn::Linear> first_, second_;
  std::shared_ptr<nn::BatchNorm> norm_;
};

struct SimClrSettings : ObjectiveSettings {
  double temperature = 0.5;
  std::int64_t projection = 256;

  [[nodiscard]] std::vector<settings::Setting> settings() override;
  [[nodiscard]] std::unique_ptr<Objective> make(const ObjectiveSetup& setup) const override;
};

class SimClr : public Objective {
public:
  SimClr(double temperature, std::shared_ptr<SimClrNetwork> network)
      : Objective(network), temperature_(temperature), network_(std::move(network)) {}

  [[nodiscard]] DataNeeds data() const override { return {.crops = 2}; } // of one modality

  [[nodiscard]] MemoryNeeds memory() const override {
    MemoryNeeds needs = Objective::memory();
    needs.views = 2;
    return needs;
  }

  NamedTensors losses(const Batch& batch, const Step& step) override {
    Tensor views;
    {
      const nn::WithoutAutocast guard;
      views = at::cat({view(batch, step, 0), view(batch, step, 1)});
    }
    const Tensor rows = network_->forward(views);
    if (step.pictured) {
      last_ = views.chunk(2);
    }
    const nn::WithoutAutocast guard;
    std::vector<Tensor> columns = rows.to(views.scalar_type()).chunk(2);
    columns.push_back(study_column(batch, views.options()));
    const Tensor all = parallel::rows_of_ranks(at::cat(columns, 1), step.share); // in one exchange
    const std::int64_t width = rows.size(1);
    return {
        {"loss", nt_xent(all.narrow(1, 0, width), all.narrow(1, width, width), all.select(1, 2 * width).detach(), temperature_)}};
  }

  [[nodiscard]] std::vector<std::pair<std::string, io::Picture>> pictures() const override {
    return {{"pair", columns_sheet(last_)}};
  }

private:
  // [B, 1, H, W, D]: one crop of each study, changed.
  static Tensor view(const Batch& batch, const Step& step, std::int64_t crop) {
    const std::string name = "view " + std::to_string(crop + 1);
    std::vector<Tensor> images;
    for (std::size_t b = 0; b < batch.samples.size(); ++b) {
      RandomStream in_space = stream_of(batch, b, step, name + " in space");
      RandomStream in_intensity = stream_of(batch, b, step, name + " in intensity");
      const Tensor image = batch.images[static_cast<std::int64_t>(b)][crop].to(at::kFloat);
      const Tensor moved =
          train::changed_in_space(image, train::draw_spatial(kViewChanges, in_space), train::Interpolation::kLinear);
      images.push_back(train::changed_in_intensity(moved[0], train::draw_intensity(kViewChanges, in_intensity)).unsqueeze(0));
    }
    return at::stack(images).to(batch.images.scalar_type());
  }

  // [B, 1]: positions in the store, which are exact in single precision.
  static Tensor study_column(const Batch& batch, const at::TensorOptions& options) {
    std::vector<double> studies;
    for (const store::CropSample& sample : batch.samples) {
      studies.push_back(static_cast<double>(sample.study));
    }
    return at::tensor(studies, at::kDouble).to(options).unsqueeze(1);
  }

  double temperature_;
  std::shared_ptr<SimClrNetwork> network_;
  std::vector<Tensor> last_; // both views
};

std::vector<settings::Setting> SimClrSettings::settings() {
  return {
      {.name = "temperature", .slot = temperature, .help = "Temperature of the contrastive term", .range = settings::above(0)},
      {.name = "projection",
       .slot = projection,
       .help = "Width of the two linear layers between the encoder and the contrastive term",
       .range = settings::at_least(1)}};
}

std::unique_ptr<Objective> SimClrSettings::make(const ObjectiveSetup& setup) const {
  if (setup.batch_size < 2 || setup.training.size() < 2) {
    throw Error(ExitCode::kUsage, "--objective simclr tells the studies of a batch apart: a batch has " +
                                      std::to_string(setup.batch_size) + " of " + std::to_string(setup.training.size()) +
                                      " training studies; expected 2 or more, give a larger --batch-size (--accumulate does not "
                                      "count) or prepare more studies");
  }
  auto network = std::make_shared<SimClrNetwork>(nn::backbone(setup.network), projection);
  start_network(*network, setup);
  return std::make_unique<SimClr>(temperature, std::move(network));
}

} // namespace

std::shared_ptr<ObjectiveSettings> simclr_settings() { return std::make_shared<SimClrSettings>(); }

} // namespace brainmvp::objectives
