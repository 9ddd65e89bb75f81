#include "train/shared_settings.h"

namespace brainmvp::train {

using settings::at_least;
using settings::Slot;

void add_settings(settings::Settings& settings, SessionOptions& options, const std::string& validations) {
  settings.add(
      "train",
      {{.name = "warmup",
        .slot = options.warmup_steps,
        .help =
            "Steps in which the learning rate rises to its peak; without it 1/20 of pretrain's schedule with the recipe tiny, "
            "otherwise none"},
       {.name = "clip",
        .slot = options.clip,
        .help = "Largest norm of the gradient (gradient clipping); 0: no clipping",
        .range = at_least(0)},
       {.name = "checkpoint_every", .slot = options.checkpoint_every, .help = "Steps between checkpoints", .range = at_least(1)},
       {.name = "keep", .slot = options.keep, .help = "Numbered checkpoints to keep besides last and best"},
       {.name = "validate_every", .slot = options.validate_every, .help = "Steps between validations; 0: " + validations},
       {.name = "checkpoint_activations",
        .slot = options.checkpoint_activations,
        .help = "Gradient checkpointing: keep only the inputs of blocks and compute the blocks again in the backward pass; less "
                "memory, more time"}});
  settings.add("run", {{.name = "rank_timeout",
                        .slot = options.rank_timeout_s,
                        .help = "Seconds that ranks wait for each other before they give up",
                        .range = settings::between(1, 86400)}});
  settings.add("store", {{.name = "loader_threads",
                          .slot = options.loader_threads,
                          .help = "Threads that read samples from the store",
                          .range = at_least(1)}});
}

settings::Setting intensities_setting(store::Intensities& intensities) {
  return {.name = "intensities",
          .slot = Slot(intensities, {store::kIntensitiesNames.begin(), store::kIntensitiesNames.end()}),
          .help = "How intensities are read: clipped at the percentiles of the preparation, or unclipped, bounded to -5 and 5"};
}

settings::Setting initialisation_setting(nn::Initialisation& start) {
  return {.name = "initialisation",
          .slot = Slot(start, {"public", "pytorch"}),
          .help = "Start of weights that no file gives: as in the public code (public), or PyTorch's defaults (pytorch)"};
}

} // namespace brainmvp::train
