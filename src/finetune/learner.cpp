#include "finetune/learner.h"

#include <ATen/ops/empty.h>

#include "base/shell_word.h"
#include "infer/filling.h"
#include "train/process.h"

namespace brainmvp::finetune {

train::BatchLosses Learner::next_batch(const train::BatchPlace& /*place*/) {
  const SampleBatch samples = reader_->next();
  return {.terms = losses(samples, train::share_of(samples.portion, setup_.group)),
          .portion = samples.portion,
          .epoch = samples.samples.front().epoch,
          .studies = study_ids(samples, setup_.store)};
}

std::vector<std::string> Learner::next_commands(const std::filesystem::path& run) const {
  const std::string name = (run / "").parent_path().string();
  const std::string predictions = shell_word(name + "-predictions");
  const RunOptions& options = setup_.options;
  const std::filesystem::path& known = setup_.store.studies_file();
  const std::string list = known.empty() ? "STUDIES.json" : shell_word(known.string());
  const std::string where = known.empty() ? ", where STUDIES.json lists the studies to predict" : "";
  const bool of_list = options.fold && !options.folds; // otherwise the list does not know which studies were left out
  const std::string split = setup_.store.of_split(study::Split::kTest).empty() ? "validation" : "test";
  const std::string chosen = of_list ? "--fold " + std::to_string(*options.fold) : "--split " + split;
  std::vector<std::string> commands{"brainmvp predict " + shell_word(name) + " " + list + " " + chosen + " -o " + predictions +
                                    where};
  const std::string subject = evaluated(predictions);
  if (!subject.empty()) {
    commands.push_back("brainmvp evaluate " + subject + " --reference " + list + " --split " +
                       (of_list ? "training,validation, with the predictions of all other folds too" : split));
  }
  return commands;
}

SampleOptions Learner::sample_options(const store::Distribution& distribution) const {
  const RunOptions& options = setup_.options;
  return {.seed = options.session.seed,
          .distribution = distribution,
          .channels = setup_.description.channels,
          .crop = setup_.description.window,
          .foreground_rate = options.foreground_rate,
          .intensities = setup_.description.intensities,
          .threads = options.session.loader_threads};
}

NetworkBatch Learner::network_batch_of(const SampleBatch& samples) const {
  return network_batch(samples, {.store = setup_.store,
                                 .description = setup_.description,
                                 .augmentation = setup_.options.augmentation,
                                 .mix_channels = mix_channels(),
                                 .seed = setup_.options.session.seed,
                                 .device = setup_.device});
}

std::vector<std::size_t> Learner::own_validation() const {
  std::vector<std::size_t> own;
  for (auto i = static_cast<std::size_t>(setup_.group.rank()); i < setup_.validation.size();
       i += static_cast<std::size_t>(setup_.group.size())) {
    own.push_back(i);
  }
  return own;
}

torch::Tensor Learner::whole_study(const store::StoredStudy& study) const {
  const model::ModelDescription& description = setup_.description;
  const image::Size& size = study.size();
  const auto side = [&](std::size_t axis) { return static_cast<std::int64_t>(size[axis]); };
  torch::Tensor images =
      at::empty({static_cast<std::int64_t>(description.channels.size()), side(0), side(1), side(2)}, at::kFloat);
  const std::vector<bool> present = present_channels(study, description.channels);
  const std::size_t voxels = image::voxel_count(size);
  for (std::size_t channel = 0; channel < present.size(); ++channel) {
    torch::Tensor target = images[static_cast<std::int64_t>(channel)];
    if (present[channel]) {
      study.copy_crop(description.channels[channel], {0, 0, 0}, size, description.intensities,
                      std::span(target.mutable_data_ptr<float>(), voxels));
    } else {
      target.copy_(infer::template_part(description, channel, size, {0, 0, 0}, size));
    }
  }
  return images;
}

} // namespace brainmvp::finetune
