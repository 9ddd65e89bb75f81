#include "infer/predict_run.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <new>

#include "base/allocator.h"
#include "base/atomic_file.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/text.h"
#include "infer/channels.h"
#include "infer/ensemble.h"
#include "infer/native.h"
#include "infer/output_files.h"
#include "infer/outputs.h"
#include "infer/predict_study.h"
#include "infer/sidecar.h"
#include "io/image_file.h"
#include "nn/execution.h"
#include "store/prepare.h"

namespace brainmvp::infer {
namespace fs = std::filesystem;
namespace {

constexpr const char* kTableName = "predictions.tsv";
constexpr const char* kTableSidecarName = "predictions.json";

// One call of the command: the models are loaded once and see each study in turn.
class Prediction {
public:
  explicit Prediction(const PredictOptions& options)
      : options_(options), models_(load_ensemble(options.models)), device_(train::choose_device(options.device)),
        precision_(train::choose_precision(options.precision, device_)),
        studies_(gather_studies(options.input, channels_of(models_))) {
    leave_out_done();
    refuse_existing_outputs();
    for (const Model& model : models_) {
      members_.push_back(member_of(model, device_, precision_, options.flips));
    }
  }

  void run();

private:
  [[nodiscard]] const ModelDescription& description() const { return models_.front().description; }
  [[nodiscard]] bool segments() const { return description().task == Task::kSegment; }
  [[nodiscard]] std::vector<std::string> probability_names() const;
  [[nodiscard]] std::string sidecar(const std::vector<CaseFacts>& cases) const;
  [[nodiscard]] bool done(const study::Study& study) const;
  void leave_out_done();
  void refuse_existing_outputs() const;
  bool try_one(const study::Study& study);
  void predict_one(const study::Study& study);
  CaseFacts tell_channels(const store::PreparedStudy& prepared, const study::Study& study) const;
  void segment(store::PreparedStudy& prepared, const study::Study& study, const CaseFacts& facts) const;
  void write_table() const;

  struct Row {
    std::string name;
    std::vector<double> probabilities;
  };

  const PredictOptions& options_;
  std::vector<Model> models_;
  at::Device device_;
  train::Precision precision_;
  std::vector<study::Study> studies_;
  std::vector<Member> members_;
  std::vector<Row> rows_; // of a classification
  std::vector<CaseFacts> row_facts_;
};

// The outputs that files of probabilities are written of: all but an exclusive background.
std::vector<std::string> Prediction::probability_names() const {
  if (!options_.probabilities || !segments()) {
    return {};
  }
  std::vector<std::string> names = output_names(description());
  if (description().exclusive()) {
    names.erase(names.begin());
  }
  return names;
}

std::string Prediction::sidecar(const std::vector<CaseFacts>& cases) const {
  return sidecar_text(options_, train::precision_name(precision_), models_, cases);
}

bool Prediction::done(const study::Study& study) const {
  const CaseFiles files = case_files(options_.output, study, probability_names());
  std::ifstream stream(files.sidecar);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  return fs::exists(files.label) &&
         std::ranges::all_of(files.probabilities, [](const fs::path& file) { return fs::exists(file); }) &&
         same_prediction(text, sidecar({CaseFacts{}}));
}

void Prediction::leave_out_done() {
  if (!options_.resume || !segments()) {
    return;
  }
  const std::size_t left_out = std::erase_if(studies_, [this](const study::Study& study) { return done(study); });
  if (left_out > 0) {
    log::info(std::to_string(left_out) + " studies are done already");
  }
}

void Prediction::refuse_existing_outputs() const {
  if (!segments()) {
    refuse_existing(options_.output / kTableName, options_.force);
    refuse_existing(options_.output / kTableSidecarName, options_.force);
    return;
  }
  for (const study::Study& study : studies_) {
    const CaseFiles files = case_files(options_.output, study, probability_names());
    refuse_existing(files.label, options_.force);
    refuse_existing(files.sidecar, options_.force);
    for (const fs::path& file : files.probabilities) {
      refuse_existing(file, options_.force);
    }
  }
}

CaseFacts Prediction::tell_channels(const store::PreparedStudy& prepared, const study::Study& study) const {
  for (const std::string& warning : prepared.warnings) {
    log::warning("study " + study.id + ": " + warning);
  }
  CaseFacts facts;
  for (const Model& model : models_) {
    facts.plans.push_back(plan_channels(model.description, prepared.modalities));
    const std::string filled = facts.plans.back().filled();
    if (!filled.empty()) {
      const std::string whose = models_.size() > 1 ? " for " + model.file.string() : std::string();
      log::warning("study " + study.id + ": filled " + filled + whose);
    }
  }
  facts.ignored = unused_modalities(models_, prepared.modalities);
  if (!facts.ignored.empty()) {
    log::info("study " + study.id + ": ignored " + join(facts.ignored, ", ") + ", which the model does not take");
  }
  return facts;
}

void Prediction::segment(store::PreparedStudy& prepared, const study::Study& study, const CaseFacts& facts) const {
  const Blending blending = options_.blending == "constant" ? Blending::kConstant : Blending::kGaussian;
  const std::vector<image::Volume> probabilities =
      predict_study(prepared, members_, {.overlap = options_.overlap, .blending = blending});
  prepared.volumes.clear(); // memory for what follows
  const image::Grid& native = prepared.way_back.native;
  const io::ImageHeader header = io::read_header(prepared.way_back.reference);
  const std::vector<std::string> names = probability_names();
  CaseWriter writer(case_files(options_.output, study, names));
  writer.write_label(native_labels(probabilities, native, painting_of(description()), options_.threads),
                     write_options(header, io::StoredType::kUint8));
  const std::size_t background = description().exclusive() ? 1 : 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    writer.write_probability(i, native_probability(probabilities.at(i + background), native, options_.threads),
                             write_options(header, io::StoredType::kFloat32));
  }
  writer.write_sidecar(sidecar({facts}));
  writer.commit();
}

void Prediction::predict_one(const study::Study& study) {
  check_modalities(study, options_.input.table);
  store::PreparedStudy prepared = store::prepare_study(study, description().preparation, options_.threads);
  const CaseFacts facts = tell_channels(prepared, study);
  if (segments()) {
    segment(prepared, study, facts);
  } else {
    rows_.push_back({.name = study.id, .probabilities = classify_study(prepared, members_)});
    row_facts_.push_back(facts);
  }
}

// Whether the study was predicted. What would meet every other study as well ends the work.
bool Prediction::try_one(const study::Study& study) {
  try {
    predict_one(study);
    return true;
  } catch (Error& error) {
    if (error.code() != ExitCode::kBadInput) {
      error.add_context("study " + study.id);
      throw;
    }
    log::error("study " + study.id + " failed: " + error.message());
    return false;
  } catch (const std::bad_alloc&) {
    throw Error(ExitCode::kOutOfResources, "study " + study.id + ": out of memory");
  }
}

void Prediction::write_table() const {
  std::string text = "case";
  for (const std::string& name : description().table.classes) {
    text.append("\tprob_").append(name);
  }
  for (const Row& row : rows_) {
    text.append("\n").append(row.name);
    for (const double probability : row.probabilities) {
      text.append("\t").append(shortest(probability));
    }
  }
  write_file(options_.output / kTableSidecarName, sidecar(row_facts_));
  write_file(options_.output / kTableName, text.append("\n"));
}

void Prediction::run() {
  create_folders(options_.output);
  log::info("predicting " + std::to_string(studies_.size()) + " studies with " + std::to_string(models_.size()) + " models (" +
            description().network + ", " + join(channels_of(models_), ", ") + ") on " + options_.device + " in " +
            train::precision_name(precision_));
  std::size_t failed = 0;
  {
    Progress progress("predicting", "studies", studies_.size());
    for (const study::Study& study : studies_) {
      stop_if_interrupted("predicting");
      failed += try_one(study) ? 0U : 1U;
      progress.advance(study.id);
    }
  }
  if (!segments() && !rows_.empty()) {
    write_table();
  }
  if (failed > 0) {
    throw Error(ExitCode::kBadInput, std::to_string(failed) + " of " + std::to_string(studies_.size()) +
                                         " studies failed and have no prediction; the messages above say why");
  }
}

} // namespace

void run_prediction(const PredictOptions& options) {
  at::set_num_threads(static_cast<int>(options.threads));
  (void)window_starts(1, 1, options.overlap); // refuses a bad overlap before any work
  catch_interrupts();
  keep_freed_memory();
  const nn::ExecutionScope execution({.kernels = nn::kernels_named(options.kernels)});
  Prediction(options).run();
}

} // namespace brainmvp::infer
