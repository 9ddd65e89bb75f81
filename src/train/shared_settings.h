// Settings that pre-training and fine-tuning share.
#pragma once

#include <string>

#include "nn/networks/initialisation.h"
#include "settings/settings.h"
#include "store/intensities.h"
#include "train/session_options.h"

namespace brainmvp::train {

// `validations` says what validate_every = 0 means.
void add_settings(settings::Settings& settings, SessionOptions& options, const std::string& validations);

settings::Setting intensities_setting(store::Intensities& intensities);
settings::Setting initialisation_setting(nn::Initialisation& start);

} // namespace brainmvp::train
