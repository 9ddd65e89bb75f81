// Options by other names: those that other programs use, and those that are not quite ours.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "numbers.h"

namespace brainmvp::app {

// What other programs call an option. `same`: ours means exactly that, so the name is taken; otherwise it is only suggested.
struct OtherName {
  std::string_view other;
  std::string_view ours;
  bool same;
};
std::span<const OtherName> other_names();

// Our name of an option, without dashes in front: "batch_size" is "batch-size", and "lr" is "learning-rate". A name that is no
// other's stays.
std::string our_name(std::string_view name);

// The words of a command line, with our names of options where the command has these and not the others.
std::vector<std::string> with_our_names(const CLI::App& program, std::vector<std::string> words);

// What to write instead of the first word that is no command or option of ours; "" when there is no such word.
std::string unknown_word(const CLI::App& program, std::vector<std::string> words);

// The command that the words choose: "brainmvp finetune segment".
std::string chosen_command(const CLI::App& program, std::vector<std::string> words);

} // namespace brainmvp::app
