// What a pre-training can be told.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "image/affine.h"
#include "nn/networks/initialisation.h"
#include "objectives/objectives.h"
#include "settings/settings.h"
#include "store/intensities.h"
#include "train/session_options.h"

namespace brainmvp::pretrain {

// What to do where memory is short.
inline constexpr const char* kMemoryRelief =
    "use a smaller --crop, --batch-size, --template-size or --network, or --checkpoint-activations";

struct RunOptions {
  train::SessionOptions session;
  std::filesystem::path store;
  std::string recipe = "released";
  std::string objective = "brainmvp";
  std::map<std::string, std::shared_ptr<objectives::ObjectiveSettings>> objectives = objectives::all_settings(); // by name

  std::string network = "uniformer_small";
  nn::Initialisation initialisation = nn::Initialisation::kPublic;
  image::Size crop{96, 96, 96};
  std::int64_t batch_size = 3; // studies a rank
  std::int64_t accumulation = 2;
  std::uint64_t epochs = 1500;
  std::optional<std::uint64_t> steps; // optimizer steps of the schedule; nothing: `epochs` over the store
  double learning_rate = 3e-4;
  double warmup_share = 0; // of the schedule, where session.warmup_steps does not say
  double weight_decay = 1e-5;
  store::Intensities intensities = store::Intensities::kClipped; // as the public code pre-trains
  std::string init;                                              // checkpoint whose weights the run starts from

  [[nodiscard]] const objectives::ObjectiveSettings& objective_settings() const { return *objectives.at(objective); }
};

// The options as settings: `paper` has the method's values, `released` those of the public code, `tiny` those for CPUs.
void add_settings(settings::Settings& settings, RunOptions& options);

RunOptions recipe(const std::string& name); // its values, and the defaults of all else

} // namespace brainmvp::pretrain
