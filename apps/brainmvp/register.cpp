#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/own_files.h"
#include "base/progress.h"
#include "base/text.h"
#include "command.h"
#include "input_kind.h"
#include "register/register_set.h"
#include "settings_options.h"
#include "study/inputs.h"
#include "study/studies_file.h"

namespace brainmvp::app {
namespace {

using registration::RegisteredImage;

constexpr std::size_t kMostStudies = 40; // whose images get a line each

struct RegisterArguments {
  std::string studies;
  std::string output;
  std::string modalities;
  bool strict = false;
  registration::RegisterOptions parameters;
};

std::size_t count_of(const std::vector<registration::StudyOutcome>& outcomes, registration::Outcome outcome) {
  return static_cast<std::size_t>(std::ranges::count(outcomes, outcome, &registration::StudyOutcome::outcome));
}

// Information to two digits after the point, as it differs from seed to seed by about a hundredth.
std::string rounded(double value) {
  std::string text = std::to_string(value);
  return text.substr(0, text.find('.') + 3);
}

std::string shared_with(const RegisteredImage& image) {
  return image.motion_of == image.modality ? "" : " as " + image.motion_of + ", whose grid it has";
}

void print_image(const registration::StudyOutcome& outcome, const RegisteredImage& image) {
  std::cout << "  " << outcome.id << ": " << image.modality << " to " << outcome.result.reference << ": "
            << registration::verdict_of(*image.alignment).text << shared_with(image) << "; mutual information "
            << rounded(image.alignment->information_before) << " before, " << rounded(image.alignment->information_after)
            << " after\n";
}

void report_registered(const std::vector<registration::StudyOutcome>& outcomes, bool each) {
  std::size_t doubtful = 0;
  for (const registration::StudyOutcome& outcome : outcomes) {
    for (const RegisteredImage& image : outcome.result.images) {
      if (image.alignment) {
        const bool doubt = registration::verdict_of(*image.alignment).doubtful;
        doubtful += doubt ? 1 : 0;
        if (each || doubt) {
          print_image(outcome, image);
        }
      }
    }
    if (outcome.result.images.size() == 1 && each) {
      std::cout << "  " << outcome.id << ": only one image, " << outcome.result.reference << ": nothing to align\n";
    }
    for (const std::string& warning : outcome.result.warnings) {
      std::cout << "warning: " << outcome.id << ": " << warning << '\n';
    }
  }
  if (doubtful > 0) {
    std::cout << "warning: " << doubtful << " of the images above " << (doubtful == 1 ? "is" : "are")
              << " doubtful: look at them before they are used\n";
  }
}

void report_set(const std::vector<registration::StudyOutcome>& outcomes, const RegisterArguments& arguments, bool every_study) {
  std::cout << count_of(outcomes, registration::Outcome::kRegistered) << " registered, "
            << count_of(outcomes, registration::Outcome::kUpToDate) << " up to date, "
            << count_of(outcomes, registration::Outcome::kFailed) << " failed\n";
  report_registered(outcomes, every_study || outcomes.size() <= kMostStudies);
  for (const registration::StudyOutcome& outcome : outcomes) {
    if (outcome.outcome == registration::Outcome::kFailed) {
      std::cout << "failed: " << outcome.id << ": " << outcome.reason << '\n';
    }
  }
  const std::size_t failed = count_of(outcomes, registration::Outcome::kFailed);
  if (failed < outcomes.size()) {
    std::cout << "written to " << arguments.output << "\nnext: brainmvp prepare " << arguments.output
              << "/studies.json -o store\n";
  }
  std::cout.flush();
  if (failed == outcomes.size()) {
    throw Error(ExitCode::kNothingFound,
                outcomes.empty() ? "the studies file lists no study" : "no study could be registered; see the list above");
  }
  if (failed > 0) {
    throw Error(ExitCode::kBadInput, std::to_string(failed) + " of " + std::to_string(outcomes.size()) + " studies failed and " +
                                         (failed == 1 ? "is" : "are") +
                                         " not in the result; repair or remove them and run this again");
  }
}

void run_register(const RegisterArguments& arguments, const CommonOptions& common) {
  check_input(arguments.studies, {"register", "a studies file", {InputKind::kStudiesFile}});
  const study::ModalityTable table =
      arguments.modalities.empty() ? study::ModalityTable::standard() : study::ModalityTable::with_file(arguments.modalities);
  const study::StudiesFile studies = study::read_studies_file(arguments.studies, table);
  registration::SetOptions options{
      .parameters = arguments.parameters, .threads = common.thread_count(), .strict = arguments.strict, .force = common.force};
  options.parameters.align.seed = common.seed;
  for (std::string* name : {&options.parameters.reference, &options.parameters.label_of}) {
    *name = name->empty() ? "" : table.canonical(*name).value_or(to_lower(*name));
  }
  refuse_output_above(arguments.output, study::inputs_of(studies, arguments.studies));
  catch_interrupts();
  std::optional<Progress> progress;
  const auto outcomes = registration::register_set(
      studies, arguments.studies, arguments.output, options,
      [&](std::size_t waiting) { progress.emplace("registering", "studies", waiting); },
      [&](const registration::StudyOutcome& outcome) {
        progress->advance(outcome.id);
        if (outcome.outcome == registration::Outcome::kFailed) {
          log::warning("study " + outcome.id + " failed: " + outcome.reason);
        }
      });
  progress.reset();
  report_set(outcomes, arguments, common.verbose);
}

} // namespace

Command add_register(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand("register", "Align the images of each study to one of them, by rigid motions");
  const auto arguments = std::make_shared<RegisterArguments>();
  command->add_option("studies", arguments->studies, "Studies file, as `index` writes it or MONAI's datalist")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("-o,--output", arguments->output,
                   "Folder for the images, transforms and their studies.json; one that exists is brought up to date")
      ->required()
      ->type_name("DIR")
      ->group("Output");
  command->add_option("--modalities", arguments->modalities, "TOML file with more names of modalities")->type_name("FILE");
  command->add_flag("--strict", arguments->strict, "Stop at the first study that fails");
  const auto settings = std::make_shared<settings::Settings>();
  registration::RegisterOptions& parameters = arguments->parameters;
  settings->add(
      "register",
      {{.name = "reference",
        .slot = parameters.reference,
        .help = "Modality whose grid and place the others take; without it, or where a study lacks it, t1, otherwise the first",
        .placeholder = "MODALITY"},
       {.name = "label_of",
        .slot = parameters.label_of,
        .help = "Modality that label maps were drawn on; without it, the image that has the label map's grid",
        .placeholder = "MODALITY"},
       {.name = "bias_correction",
        .slot = parameters.bias_correction,
        .help = "Even out the brightness of each image with N4 (not of adc)"},
       {.name = "keep_grids",
        .slot = parameters.keep_grids,
        .help = "Write each motion into the image's header and keep its voxels, so that `prepare` interpolates once in all"}});
  add_setting_options(*command, *settings);
  add_common_options(*command, common, {.force = true, .config = true, .threads = true, .seed = true}, settings);
  return {command, [arguments, &common] { run_register(*arguments, common); }, "use a smaller --threads", settings};
}

} // namespace brainmvp::app
