#include "objective_case.h"

#include <torch/torch.h>

#include "store/handmade_store.h"

namespace brainmvp::objectives {
namespace {

constexpr std::int64_t kSide = 16;

std::filesystem::path written_store(const std::filesystem::path& folder) {
  std::vector<test::HandmadeStudy> studies;
  for (const char* id : {"anna", "berta", "carla", "dora", "emma"}) {
    const bool few = std::string(id) == "berta" || std::string(id) == "emma";
    studies.push_back({.id = id,
                       .size = {20, 18, 22},
                       .modalities = few ? std::vector<std::string>{"t1"} : std::vector<std::string>{"flair", "t1", "t2"}});
  }
  test::write_handmade_store(folder, studies);
  return folder;
}

} // namespace

ObjectiveCase::ObjectiveCase() : store_(store::Store::open(written_store(folder_ / "store"))) {}

std::unique_ptr<Objective> ObjectiveCase::make(const std::string& name, const Options& options,
                                               const std::string& network) const {
  const auto all = all_settings();
  settings::Settings settings;
  settings.add("pretrain", all.at(name)->settings(), name);
  for (const auto& [option, values] : options) {
    settings.give("pretrain", option, values);
  }
  const ObjectiveSetup setup{
      .store = store_, .training = {0, 1, 2, 3, 4}, .network = network, .crop = {16, 16, 16}, .seed = 7, .batch_size = 4};
  torch::manual_seed(5);
  auto objective = all.at(name)->make(setup);
  objective->start(setup);
  return objective;
}

Batch ObjectiveCase::batch(const Objective& objective, std::size_t count) const {
  const DataNeeds data = objective.data();
  torch::manual_seed(6);
  Batch batch{.images = torch::rand({static_cast<std::int64_t>(count), static_cast<std::int64_t>(data.crops),
                                     static_cast<std::int64_t>(data.channels), kSide, kSide, kSide}),
              .samples = {},
              .studies = {}};
  for (std::size_t b = 0; b < count; ++b) {
    const std::vector<std::string>& present = store_.studies()[b].modalities();
    store::CropSample sample{.study = b, .epoch = 3, .modalities = {}, .places = {}};
    for (std::size_t c = 0; c < data.channels; ++c) {
      sample.modalities.push_back(present[c % present.size()]);
    }
    for (std::size_t crop = 0; crop < data.crops; ++crop) {
      sample.places.push_back({.start = {1, 0, 2}, .grid_start = {1 + crop, 0, b}});
    }
    batch.samples.push_back(std::move(sample));
    batch.studies.push_back(store_.studies()[b].id());
  }
  return batch;
}

void make_double(Objective& objective, Batch& batch) {
  for (auto& [name, tensor] : objective.parameters()) {
    tensor.set_data(tensor.to(torch::kDouble));
  }
  objective.network().to(torch::kDouble);
  batch.images = batch.images.to(torch::kDouble);
}

} // namespace brainmvp::objectives
