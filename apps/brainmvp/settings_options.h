// Options of the command line from rows of settings.
#pragma once

#include "numbers.h"
#include "settings/settings.h"

namespace brainmvp::app {

// Adds those of the rows that the command does not have yet. The settings outlive the command.
void add_setting_options(CLI::App& command, settings::Settings& settings);

// Sets what the command line left out and the file has; other programs' names of options are taken too. "": no file.
void read_settings(settings::Settings& settings, const std::string& file);

} // namespace brainmvp::app
