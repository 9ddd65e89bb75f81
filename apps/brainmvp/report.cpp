// brainmvp report: runs, evaluations and predictions as one page that opens anywhere.
#include "report/report.h"

#include <filesystem>
#include <iostream>
#include <memory>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/text.h"
#include "command.h"
#include "input_kind.h"
#include "output_file.h"

namespace brainmvp::app {
namespace {

constexpr std::size_t kLargestPageBytes = 8'000'000; // above it, browsers on phones are slow

struct ReportArguments {
  report::ReportOptions report;
  std::string output;
};

void check_inputs(const report::ReportOptions& options) {
  for (const std::filesystem::path& run : options.runs) {
    check_input(
        run, {"report", "runs of pretrain and finetune", {InputKind::kPretraining, InputKind::kFinetuning, InputKind::kFolder}});
  }
  for (const std::filesystem::path& evaluation : options.evaluations) {
    check_input(evaluation, {"--evaluation", "the JSON that brainmvp evaluate -o x.json writes", {InputKind::kEvaluation}});
  }
  for (const std::filesystem::path& predictions : options.predictions) {
    check_input(predictions,
                {"--predictions", "the folder that brainmvp predict wrote", {InputKind::kPredictions, InputKind::kFolder}});
  }
  if (!options.studies.empty()) {
    check_input(options.studies, {"--studies", "a studies file", {InputKind::kStudiesFile}});
  }
}

void write_report(const ReportArguments& arguments, bool force) {
  catch_interrupts();
  const report::ReportOptions& options = arguments.report;
  if (options.runs.empty() && options.evaluations.empty()) {
    throw Error(ExitCode::kUsage, "name at least one RUN, or a file with --evaluation");
  }
  if (!options.predictions.empty() && options.studies.empty()) {
    throw Error(ExitCode::kUsage, "--predictions needs --studies, the studies file with the images that were predicted");
  }
  std::vector<std::filesystem::path> inputs(options.evaluations.begin(), options.evaluations.end());
  inputs.emplace_back(options.studies);
  check_output_file(arguments.output, force, inputs, "<!");
  check_inputs(options);
  const report::Report report = report::make_report(options);
  if (report.html.size() > kLargestPageBytes) {
    log::warning(arguments.output + ": has " + human_bytes(report.html.size()) +
                 "; fewer runs or evaluations make a page that phones open faster");
  }
  write_output_file(arguments.output, report.html);
  std::ostream& words = words_beside(arguments.output);
  for (const report::Headline& headline : report.summary) {
    words << headline.label << ": " << headline.value << " (" << headline.remark << ")\n";
  }
  words << arguments.output << ": " << human_bytes(report.html.size()) << "; opens in any browser, without a network\n";
}

} // namespace

Command add_report(CLI::App& program, CommonOptions& common) {
  CLI::App* command = program.add_subcommand("report", "Write runs, evaluations and predictions as one self-contained page");
  const auto arguments = std::make_shared<ReportArguments>();
  report::ReportOptions& report = arguments->report;
  report.program_version = BRAINMVP_VERSION;
  const auto add_list = [command](const std::string& name, auto& value, const std::string& text, const std::string& type) {
    command->add_option(name, value, text)->type_name(type)->allow_extra_args(false);
  };
  command->add_option("RUN", report.runs, "Folders that pretrain and finetune wrote");
  command->add_option("-o,--output", arguments->output, "HTML file to write")->required()->type_name("FILE");
  add_list("--evaluation", report.evaluations,
           "JSON that evaluate wrote; may be repeated, the others are compared with the first", "FILE");
  add_list("--predictions", report.predictions, "Folder that predict wrote, for overlays; may be repeated", "DIR");
  command->add_option("--studies", report.studies, "Studies file with the images and references of --predictions")
      ->type_name("FILE");
  command->add_option("--overlay-cases", report.overlay_cases, "Cases to show overlays of, from the worst Dice to the best")
      ->capture_default_str()
      ->check(CLI::Range(1, 12));
  command->add_option("--title", report.title, "Title of the page")->capture_default_str()->type_name("TEXT");
  command->add_flag("--show-identifiers", report.show_identifiers, "Show the names of cases instead of case 1, case 2, ...");
  add_common_options(*command, common, {.force = true});
  return {command, [arguments, &common] { write_report(*arguments, common.force); }};
}

} // namespace brainmvp::app
