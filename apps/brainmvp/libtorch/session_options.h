// Options that the training commands share.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "command.h"
#include "train/session_options.h"

namespace brainmvp::app {

// --output, --resume and --stop-after. Call add_common_options() before.
void add_run_folder(CLI::App& command, train::SessionOptions& session);

// Before any work. Throws Error(kOutput) when the run is there and neither --resume nor --force is given, and Error(kBadInput)
// unless they are a store, and a run, a checkpoint or one of the `shipped` weights; "" for --init is none.
void check_places(const train::SessionOptions& session, bool force, const std::filesystem::path& store,
                  const std::string& command);
void check_init(const std::filesystem::path& init, const std::vector<std::string>& shipped = {});

// --verify-store, a flag.
void add_verify_option(CLI::App& command, bool& verify);

// What --verify-store asks for: reads the whole store. Throws Error(kBadInput) that names damaged files, and Error(kInterrupted).
void verify_before_training(const train::SessionOptions& session, const std::filesystem::path& store);

// With --resume, or when torchrun has started the ranks again, which sets it: what the command line leaves out is as the run
// began. Call before defaults are filled in. Gives whether there is such a run.
bool restore_settings(settings::Settings& settings, train::SessionOptions& session);

// What comes from the common options, and the resolved configuration. Call when all settings have their values.
// The device of `common` becomes the one that is chosen.
void finish_session(const settings::Settings& settings, CommonOptions& common, train::SessionOptions& session);

} // namespace brainmvp::app
