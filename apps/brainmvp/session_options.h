// Options that the training commands share.
#pragma once

#include "command.h"
#include "train/session_options.h"

namespace brainmvp::app {

// --output, --resume and --stop-after. Call add_common_options() before.
void add_run_folder(CLI::App& command, train::SessionOptions& session);

// --warmup, --clip, checkpoints, validation and --loader-threads, in the groups "train" and "store". `validations` says what
// --validate-every 0 means.
void add_session_options(CLI::App& command, train::SessionOptions& session, const std::string& validations);

// With --resume, or when torchrun has started the ranks again, which sets it: what the command line leaves out is as the run
// began. Call before defaults are filled in.
void restore_options(CLI::App& command, train::SessionOptions& session);

// What comes from the common options, and the resolved configuration. Call when all options have their values.
void finish_session(const CLI::App& command, const CommonOptions& common, train::SessionOptions& session);

} // namespace brainmvp::app
