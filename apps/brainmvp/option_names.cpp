#include "option_names.h"

#include <algorithm>
#include <array>
#include <functional>

#include "base/text.h"
#include "input_kind.h"

namespace brainmvp::app {
namespace {

constexpr std::array kOtherNames = std::to_array<OtherName>({
    {"lr", "learning-rate", true},
    {"wd", "weight-decay", true},
    {"bs", "batch-size", true},
    {"max-epochs", "epochs", true},
    {"num-epochs", "epochs", true},
    {"n-epochs", "epochs", true},
    {"max-steps", "steps", true},
    {"num-steps", "steps", true},
    {"max-iters", "steps", true},
    {"num-iters", "steps", true},
    {"iterations", "steps", true},
    {"iters", "steps", true},
    {"warmup-steps", "warmup", true},
    {"max-grad-norm", "clip", true},
    {"grad-clip", "clip", true},
    {"clip-grad", "clip", true},
    {"gradient-accumulation-steps", "accumulate", true},
    {"accumulate-grad-batches", "accumulate", true},
    {"accum-iter", "accumulate", true},
    {"gradient-checkpointing", "checkpoint-activations", true},
    {"activation-checkpointing", "checkpoint-activations", true},
    {"mask-ratio", "mask-rate", true},
    {"masking-ratio", "mask-rate", true},
    {"crop-size", "crop", true},
    {"num-threads", "threads", true},
    {"n-threads", "threads", true},
    {"random-seed", "seed", true},
    {"random-state", "seed", true},
    {"num-folds", "folds", true},
    {"n-folds", "folds", true},
    {"out", "output", true},
    {"config-file", "config", true},
    {"num-workers", "loader-threads", false},
    {"workers", "loader-threads", false},
    {"num-workers", "threads", false},
    {"workers", "threads", false},
    {"n-jobs", "threads", false},
    {"num-processes", "threads", false},
    {"j", "threads", false},
    {"output-dir", "output", false},
    {"out-dir", "output", false},
    {"outdir", "output", false},
    {"output-file", "output", false},
    {"overwrite", "force", false},
    {"silent", "quiet", false},
    {"debug", "verbose", false},
    {"gpu", "device", false},
    {"gpus", "device", false},
    {"cuda", "device", false},
    {"amp", "precision", false},
    {"fp16", "precision", false},
    {"bf16", "precision", false},
    {"dtype", "precision", false},
    {"mixed-precision", "precision", false},
    {"patch-size", "crop", false},
    {"roi-size", "crop", false},
    {"image-size", "crop", false},
    {"warmup-epochs", "warmup", false},
    {"mask-size", "mask-block", false},
    {"mask-patch-size", "mask-block", false},
    {"pretrained", "init", false},
    {"checkpoint", "init", false},
    {"ckpt", "init", false},
    {"weights", "init", false},
    {"load", "init", false},
    {"model", "network", false},
    {"backbone", "network", false},
    {"arch", "network", false},
    {"architecture", "network", false},
    {"save-every", "checkpoint-every", false},
    {"save-steps", "checkpoint-every", false},
    {"save-interval", "checkpoint-every", false},
    {"eval-every", "validate-every", false},
    {"eval-steps", "validate-every", false},
    {"val-every", "validate-every", false},
    {"val-interval", "validate-every", false},
    {"continue", "resume", false},
    {"tau", "temperature", false},
    {"tta", "flips", false},
    {"mirror", "flips", false},
    {"step-size", "overlap", false},
    {"save-probabilities", "probabilities", false},
    {"ground-truth", "reference", false},
    {"gt", "reference", false},
    {"resolution", "spacing", false},
    {"voxel-size", "spacing", false},
    {"voxel-size", "voxel", false},
});

std::string bare(const std::string& word) { // "--lr=3" -> "lr"
  const std::size_t begin = std::min(word.find_first_not_of('-'), word.size());
  return word.substr(begin, word.find('=') == std::string::npos ? std::string::npos : word.find('=') - begin);
}

bool looks_like_option(const std::string& word) {
  const std::string name = bare(word);
  return word.starts_with('-') && !name.empty() && (name.front() < '0' || name.front() > '9') && name.front() != '.';
}

const CLI::App* subcommand(const CLI::App& command, const std::string& word) {
  for (const CLI::App* one : command.get_subcommands({})) {
    if (one->get_name() == word) {
      return one;
    }
  }
  return nullptr;
}

const CLI::Option* declared(const CLI::App& command, const std::string& name) { return command.get_option_no_throw("--" + name); }

// As CLI11 reads a word: --long or --long=value, -s or -svalue. It would read -force as -f -o rce, which nobody means.
const CLI::Option* option_of(const CLI::App& command, const std::string& word) {
  if (word.starts_with("--")) {
    return declared(command, bare(word));
  }
  const bool one_dash_too_few = word.size() > 2 && (word[2] == '=' || declared(command, our_name(bare(word))) != nullptr);
  return one_dash_too_few ? nullptr : command.get_option_no_throw(word.substr(0, 2));
}

// Words after `word` that CLI11 takes for its values whatever they look like.
int words_of_value(const CLI::App& command, const std::string& word) {
  const CLI::Option* option = option_of(command, word);
  const bool has_value = word.starts_with("--") ? word.find('=') != std::string::npos : word.size() > 2;
  return option == nullptr || has_value ? 0 : std::min(option->get_type_size_min(), option->get_items_expected_min());
}

// Visits the words that stand where a command or an option may, with the command that they belong to, until `visit` says false.
void visit_names(const CLI::App& program, std::vector<std::string>& words,
                 const std::function<bool(const CLI::App&, std::string&)>& visit) {
  const CLI::App* command = &program;
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    if (!visit(*command, words[i])) {
      return;
    }
    if (looks_like_option(words[i])) {
      i += static_cast<std::size_t>(words_of_value(*command, words[i]));
    } else if (const CLI::App* chosen = subcommand(*command, words[i])) {
      command = chosen;
    }
  }
}

std::string path_of(const CLI::App& command) {
  return command.get_parent() == nullptr ? command.get_name() : path_of(*command.get_parent()) + " " + command.get_name();
}

std::vector<std::string> long_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    names.insert(names.end(), option->get_lnames().begin(), option->get_lnames().end());
  }
  return names;
}

// What may be meant by `name`, the likeliest first.
std::vector<std::string> nearest_options(const CLI::App& command, const std::string& name) {
  if (declared(command, name) != nullptr) {
    return {name}; // after one dash
  }
  std::vector<std::string> nearest;
  for (const OtherName& entry : kOtherNames) {
    if (entry.other == name && nearest.empty() && declared(command, std::string(entry.ours)) != nullptr) {
      nearest.emplace_back(entry.ours);
    }
  }
  const std::vector<std::string> names = long_names(command);
  if (nearest.empty() && name.size() > 1) {
    for (const std::string& candidate : names) {
      if (candidate.starts_with(name + "-") || candidate.ends_with("-" + name)) {
        nearest.push_back(candidate);
      }
    }
    const std::string likeliest = nearest.empty() ? nearest_name(name, names) : "";
    nearest.insert(nearest.end(), likeliest.empty() ? 0 : 1, likeliest);
  }
  return nearest;
}

bool stands_below(const CLI::App& command, const std::string& name) {
  return std::ranges::any_of(command.get_subcommands({}),
                             [&](const CLI::App* one) { return declared(*one, name) != nullptr || stands_below(*one, name); });
}

// Of an option that says where the input is, which is named without one here.
std::string without_option(const CLI::App& command, const std::string& name) {
  static constexpr std::array kInputs =
      std::to_array<std::string_view>({"i", "in", "input", "inputs", "data", "data-dir", "dataset"});
  if (std::ranges::find(kInputs, name) == kInputs.end()) {
    return "";
  }
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) {
      return "; what is read is named without an option: " + path_of(command) + " " + option->get_name(true);
    }
  }
  return "";
}

std::string unknown_option(const CLI::App& command, const std::string& word) {
  const std::string name = word.find('=') == 2 && command.get_option_no_throw(word.substr(0, 2)) != nullptr
                               ? command.get_option_no_throw(word.substr(0, 2))->get_lnames().front() // -o=x
                               : our_name(bare(word));
  const std::string see = " See " + path_of(command) + " --help";
  if (stands_below(command, name)) {
    return "the option --" + name + " stands after the command: " + path_of(command) + " COMMAND --" + name + "." + see;
  }
  const std::string instead = without_option(command, name);
  std::vector<std::string> nearest = instead.empty() ? nearest_options(command, name) : std::vector<std::string>{};
  std::ranges::transform(nearest, nearest.begin(), [](const std::string& one) { return "--" + one; });
  return "there is no option " + word.substr(0, word.find('=')) + " of " + path_of(command) +
         (nearest.empty() ? instead + "." : "; did you mean " + join(nearest, " or ") + "?") + see;
}

std::string unknown_command(const CLI::App& command, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* one : command.get_subcommands({})) {
    names.push_back(one->get_name());
  }
  const std::string nearest = nearest_name(word, names);
  if (const std::string described = nearest.empty() ? described_input(word) : ""; !described.empty()) {
    return path_of(command) + " is followed by a command (" + join(names, ", ") + "); " + word + " " + described;
  }
  return "there is no command " + path_of(command) + " " + word +
         (nearest.empty() ? "; expected one of " + join(names, ", ") + "." : "; did you mean " + nearest + "?") + " See " +
         path_of(command) + " --help";
}

} // namespace

std::span<const OtherName> other_names() { return kOtherNames; }

std::string our_name(std::string_view name) {
  std::string hyphenated(name);
  std::ranges::replace(hyphenated, '_', '-');
  const auto* const known =
      std::ranges::find_if(kOtherNames, [&](const OtherName& entry) { return entry.same && entry.other == hyphenated; });
  return known == kOtherNames.end() ? hyphenated : std::string(known->ours);
}

std::vector<std::string> with_our_names(const CLI::App& program, std::vector<std::string> words) {
  visit_names(program, words, [](const CLI::App& command, std::string& word) {
    const std::string name = bare(word);
    if (word.starts_with("--") && declared(command, name) == nullptr && declared(command, our_name(name)) != nullptr) {
      word.replace(0, name.size() + 2, "--" + our_name(name));
    }
    return true;
  });
  return words;
}

std::string unknown_word(const CLI::App& program, std::vector<std::string> words) {
  std::string message;
  visit_names(program, words, [&](const CLI::App& command, const std::string& word) {
    if (looks_like_option(word)) {
      message = option_of(command, word) == nullptr ? unknown_option(command, word) : "";
    } else if (command.get_require_subcommand_min() > 0 && subcommand(command, word) == nullptr) {
      message = unknown_command(command, word);
    }
    return message.empty();
  });
  return message;
}

std::string chosen_command(const CLI::App& program, std::vector<std::string> words) {
  const CLI::App* last = &program;
  visit_names(program, words, [&](const CLI::App& command, const std::string& word) {
    const CLI::App* chosen = subcommand(command, word);
    last = chosen == nullptr ? last : chosen;
    return true;
  });
  return path_of(*last);
}

} // namespace brainmvp::app
