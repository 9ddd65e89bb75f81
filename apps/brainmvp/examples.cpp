#include "examples.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace brainmvp::app {
namespace {

constexpr auto kExamples = std::to_array<Example>({
    {"simulate", "20 people with gliomas, in the folders of BraTS", "-o DATA --studies 20 --layout brats2018"},
    {"simulate", "small heads for a trial, some of their images missing",
     "-o DATA --studies 5 --layout bids --voxel 4 --missing 0.3"},
    {"index", "find and check what is in a folder", "DATA -o studies.json"},
    {"index", "one of the ten tasks, five folds by patient", "DATA -o studies.json --task isles22 --folds 5"},
    {"index", "lists to train, to choose the best step and to test", "DATA -o studies.json --split 80/10/10 --seed 1"},
    {"register", "raw visits: each study's images onto one of them", "studies.json -o aligned"},
    {"prepare", "RAS, 1 mm, cropped, scaled", "studies.json -o store"},
    {"prepare", "2 mm and compressed, for a first trial", "studies.json -o store --spacing 2 --compress"},
    {"pretrain", "what suits the store and the machine", "store -o run"},
    {"pretrain", "the settings of the paper", "store -o run --recipe paper"},
    {"pretrain", "go on with a run that was stopped", "store -o run --resume"},
    {"pretrain", "masked autoencoding instead, to compare with", "store -o mae --objective mae"},
    {"finetune segment", "from pre-trained weights", "store -o segment --init run"},
    {"finetune segment", "the first of the store's folds, from scratch", "store -o fold0 --init scratch --fold 0"},
    {"finetune classify", "classes of the studies file", "store -o classify --init run"},
    {"finetune regress", "age from a table, with the mean absolute error",
     "store -o age --init run --targets-from people.tsv:age --loss l1"},
    {"predict", "one patient, whichever images there are", "segment patient1_flair.nii.gz patient1_t1.nii.gz -o out"},
    {"predict", "the studies that fold 0 was trained without", "fold0 studies.json -o out --fold 0"},
    {"predict", "five models together", "fold0 fold1 fold2 fold3 fold4 studies.json -o out"},
    {"evaluate", "Dice, HD95, surface Dice, lesions", "out --reference studies.json"},
    {"evaluate", "two predictions of the same patients, in pairs",
     "out --compare other --reference studies.json -o comparison.json"},
    {"evaluate", "classes against those of the studies file", "out --reference studies.json --classification"},
    {"report", "one page about runs, results and predictions",
     "run segment --evaluation results.json --predictions out --studies studies.json -o report.html"},
    {"benchmark", "how long a plan takes, before it starts", "plans/small.toml -o small --dry-run"},
    {"benchmark", "two cells at a time; the same command goes on after a stop", "plans/small.toml -o small --jobs 2"},
    {"templates", "what the network learned of each modality, as NIfTI and PNG", "run -o templates"},
    {"convert", "a checkpoint for other software", "run/checkpoints/last.pt encoder.safetensors"},
    {"export", "a segmentation for onnxruntime and OpenVINO", "segment -o onnx"},
    {"export", "a bundle of MONAI", "segment -o bundle --format monai"},
    {"inspect", "what is in an image, a checkpoint, a store or a run", "patient1_flair.nii.gz"},
    {"bench", "a pre-training step on one thread", "step --threads 1"},
    {"completion", "for each bash that starts", "bash > ~/.local/share/bash-completion/completions/brainmvp"},
    {"manual", "the pages of all commands, where man finds them", "-o ~/.local/share/man/man1"},
});

} // namespace

std::span<const Example> examples() { return kExamples; }

CLI::App* command_named(CLI::App& program, std::string_view name) {
  CLI::App* command = &program;
  while (!name.empty()) {
    const std::string word(name.substr(0, name.find(' ')));
    const std::vector<CLI::App*> commands = command->get_subcommands({});
    const auto found = std::ranges::find(commands, word, [](const CLI::App* one) { return one->get_name(); });
    if (found == commands.end()) {
      return nullptr;
    }
    command = *found;
    name.remove_prefix(std::min(word.size() + 1, name.size()));
  }
  return command;
}

void add_examples(CLI::App& program) {
  for (const Example& example : kExamples) {
    if (CLI::App* command = command_named(program, example.command)) {
      const std::string before = command->get_footer();
      const bool is_first = before.find("Examples:") == std::string::npos;
      command->footer(before + (is_first ? std::string(before.empty() ? "" : "\n\n") + "Examples:" : "") + "\n  # " +
                      std::string(example.what) + "\n  brainmvp " + std::string(example.command) + " " +
                      std::string(example.words));
    }
  }
}

} // namespace brainmvp::app
