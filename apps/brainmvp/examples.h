// What users do with each command, shown at the end of its help.
#pragma once

#include <span>
#include <string_view>

#include "numbers.h"

namespace brainmvp::app {

struct Example {
  std::string_view command; // "finetune segment"
  std::string_view what, words;
};
std::span<const Example> examples();

// The command of that name, such as "finetune segment"; null where this build has none.
CLI::App* command_named(CLI::App& program, std::string_view name);

// Adds to the help of the commands that this build has.
void add_examples(CLI::App& program);

} // namespace brainmvp::app
