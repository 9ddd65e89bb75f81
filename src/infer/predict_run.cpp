#include "infer/predict_run.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/allocator.h"
#include "base/atomic_file.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/own_files.h"
#include "base/progress.h"
#include "base/text.h"
#include "infer/channels.h"
#include "infer/earlier.h"
#include "infer/ensemble.h"
#include "infer/memory_need.h"
#include "infer/native.h"
#include "infer/output_files.h"
#include "infer/predict_study.h"
#include "infer/sidecar.h"
#include "io/image_file.h"
#include "model/outputs.h"
#include "nn/kernels/execution.h"
#include "runtime/memory_need.h"
#include "store/prepare.h"

namespace brainmvp::infer {
namespace fs = std::filesystem;
namespace {

// What --force may replace has a sidecar of ours beside it.
void refuse_existing_prediction(const fs::path& file, const fs::path& sidecar, bool replace) {
  refuse_existing(file, replace);
  refuse_existing(sidecar, replace);
  const bool ours = is_sidecar(text_of(sidecar));
  for (const fs::path& path : {file, sidecar}) {
    std::error_code ignored;
    if (!ours && fs::is_regular_file(path, ignored)) {
      throw Error(ExitCode::kOutput, path.string() + ": was not written by `brainmvp predict` (no sidecar of it is beside it); "
                                                     "choose another folder, or move it away");
    }
  }
}

// One call of the command: the models are loaded once and see each study in turn.
class Prediction {
public:
  explicit Prediction(const PredictOptions& options)
      : options_(options), models_(load_ensemble(options.models)), device_(runtime::choose_device(options.device)),
        precision_(runtime::choose_precision(options.precision, device_)),
        studies_(gather_studies(options.input, channels_of(models_))) {
    if (description().preparation.reference.empty()) {
      set_reference(listed_reference(options.input));
    }
    refuse_output_among_inputs();
    leave_out_done();
    refuse_existing_outputs();
    if (!studies_.empty()) {
      const LargestNeed need = largest_need(models_, studies_);
      runtime::check_memory("predicting study " + need.study, need.bytes, device_.is_cpu(), kLessMemory);
    }
    for (const model::Model& model : models_) {
      members_.push_back(member_of(model, device_, precision_, options.flips));
    }
  }

  void run();

private:
  [[nodiscard]] const model::ModelDescription& description() const { return models_.front().description; }
  [[nodiscard]] bool segments() const { return description().task == model::Task::kSegment; }
  void set_reference(const std::string& modality);
  [[nodiscard]] std::vector<std::string> probability_names() const;
  [[nodiscard]] std::string sidecar(const Described& described) const;
  [[nodiscard]] bool repeats(const study::Study& study, const std::string& reason);
  [[nodiscard]] bool case_to_do(const study::Study& study);
  void keep_rows();
  void leave_out_done();
  void refuse_output_among_inputs() const;
  void refuse_existing_outputs() const;
  [[nodiscard]] std::vector<fs::path> outdated(const study::Study& study) const;
  bool try_one(const study::Study& study);
  [[nodiscard]] store::PreparedStudy prepare(const study::Study& study) const;
  void predict_one(const study::Study& study);
  CaseFacts tell_channels(const store::PreparedStudy& prepared, const study::Study& study) const;
  void segment(store::PreparedStudy& prepared, const study::Study& study, const CaseFacts& facts) const;
  void write_table() const;

  struct Row {
    std::string name;
    std::vector<std::string> probabilities;
  };

  const PredictOptions& options_;
  std::vector<model::Model> models_;
  at::Device device_;
  runtime::Precision precision_;
  std::vector<study::Study> studies_;
  std::vector<Member> members_;
  std::vector<Row> rows_; // of a classification
  std::vector<CaseFacts> row_facts_;
  std::set<std::string> repeated_;                          // studies whose earlier outputs are replaced
  std::map<std::string, std::vector<std::string>> reasons_; // and why
};

void Prediction::set_reference(const std::string& modality) {
  for (model::Model& model : models_) {
    model.description.preparation.reference = modality;
  }
}

// The outputs that files of probabilities are written of: all but an exclusive background.
std::vector<std::string> Prediction::probability_names() const {
  if (!options_.probabilities || !segments()) {
    return {};
  }
  std::vector<std::string> names = model::output_names(description());
  if (description().exclusive()) {
    names.erase(names.begin());
  }
  return names;
}

std::string Prediction::sidecar(const Described& described) const {
  return sidecar_text(options_, runtime::precision_name(precision_), models_, described);
}

// Notes why a study that was predicted earlier is predicted again; false for an empty reason.
bool Prediction::repeats(const study::Study& study, const std::string& reason) {
  if (!reason.empty()) {
    repeated_.insert(study.id);
    reasons_[reason].push_back(study.id);
  }
  return !reason.empty();
}

bool Prediction::case_to_do(const study::Study& study) {
  const CaseFiles files = case_files(options_.output, study, probability_names());
  const std::string earlier = text_of(files.sidecar);
  if (!is_sidecar(earlier)) {
    return true;
  }
  if (!fs::exists(files.label)) {
    return repeats(study, "they have no label map");
  }
  const CaseFacts facts{.plans = {}, .ignored = {}, .inputs = input_hashes(study), .earlier_channels = {}, .earlier_inputs = {}};
  const std::string now = sidecar({.cases = {facts}, .probabilities = probability_names(), .table_hash = {}});
  const std::string reason = reason_to_repeat(earlier, now, files.sidecar);
  const bool all_there = std::ranges::all_of(files.probabilities, [](const fs::path& file) { return fs::exists(file); });
  return repeats(study, reason.empty() && !all_there ? "they have no probabilities" : reason);
}

// Rows of the earlier table that still hold, and those of studies that this call does not name.
void Prediction::keep_rows() {
  std::vector<std::string> others;
  for (const EarlierRow& row : earlier_rows(options_.output, sidecar({}))) {
    const auto study = std::ranges::find(studies_, row.cells.front(), &study::Study::id);
    if (study != studies_.end() && repeats(*study, reason_to_repeat(row, input_hashes(*study)))) {
      continue;
    }
    if (study == studies_.end()) {
      others.push_back(row.cells.front());
    }
    rows_.push_back({.name = row.cells.front(), .probabilities = {row.cells.begin() + 1, row.cells.end()}});
    row_facts_.push_back(
        {.plans = {}, .ignored = {}, .inputs = {}, .earlier_channels = row.channels, .earlier_inputs = row.inputs});
  }
  if (!others.empty()) {
    log::warning(std::to_string(others.size()) +
                 " rows of the table are of studies that are not among the input, and stay: " + join(others, ", "));
  }
}

void Prediction::leave_out_done() {
  if (!options_.resume) {
    return;
  }
  if (!segments()) {
    keep_rows();
  }
  const std::size_t left_out = std::erase_if(studies_, [this](const study::Study& study) {
    return segments() ? !case_to_do(study) : std::ranges::count(rows_, study.id, &Row::name) > 0;
  });
  if (left_out > 0) {
    log::info(std::to_string(left_out) + " studies are done already");
  }
  for (const auto& [reason, ids] : reasons_) {
    log::info(std::to_string(ids.size()) + " studies are predicted again (" + reason + "): " + join(ids, ", "));
  }
}

void Prediction::refuse_output_among_inputs() const {
  std::vector<fs::path> inputs = options_.models;
  inputs.insert(inputs.end(), options_.input.inputs.begin(), options_.input.inputs.end());
  for (const study::Study& study : studies_) {
    inputs.insert(inputs.end(), study.images.begin(), study.images.end());
  }
  refuse_output_above(options_.output, inputs);
}

void Prediction::refuse_existing_outputs() const {
  if (!segments()) {
    const bool table = fs::exists(options_.output / kTableName);
    const bool stopped = options_.resume && !table && is_sidecar(text_of(options_.output / kTableSidecarName));
    const bool known = options_.force || stopped || !rows_.empty() || !repeated_.empty();
    refuse_existing_prediction(options_.output / kTableName, options_.output / kTableSidecarName, known);
    return;
  }
  for (const study::Study& study : studies_) {
    const CaseFiles files = case_files(options_.output, study, probability_names());
    const bool known = options_.force || repeated_.contains(study.id);
    refuse_existing_prediction(files.label, files.sidecar, known);
    for (const fs::path& file : files.probabilities) {
      refuse_existing(file, known);
    }
  }
}

// Files of an earlier prediction of the case, which are to go.
std::vector<fs::path> Prediction::outdated(const study::Study& study) const {
  const std::vector<std::string> all = model::output_names(description());
  const CaseFiles files = case_files(options_.output, study, all);
  if (!is_sidecar(text_of(files.sidecar))) {
    return {};
  }
  std::vector<fs::path> outdated = files.probabilities;
  outdated.push_back(files.label);
  return outdated;
}

CaseFacts Prediction::tell_channels(const store::PreparedStudy& prepared, const study::Study& study) const {
  for (const std::string& warning : prepared.warnings) {
    log::warning("study " + study.id + ": " + warning);
  }
  CaseFacts facts;
  for (const model::Model& model : models_) {
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
  CaseWriter writer(case_files(options_.output, study, names), outdated(study));
  writer.write_label(native_labels(probabilities, native, painting_of(description()), options_.threads),
                     write_options(header, io::StoredType::kUint8));
  const std::size_t background = description().exclusive() ? 1 : 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    writer.write_probability(i, native_probability(probabilities.at(i + background), native, options_.threads),
                             write_options(header, io::StoredType::kFloat32));
  }
  writer.write_sidecar(sidecar({.cases = {facts}, .probabilities = names, .table_hash = {}}));
  writer.commit();
}

store::PreparedStudy Prediction::prepare(const study::Study& study) const {
  store::PrepareOptions preparation = description().preparation;
  if (const std::string& asked = options_.input.reference; !asked.empty()) {
    if (std::ranges::count(study.modalities, asked) == 0) {
      throw Error(ExitCode::kBadInput,
                  "has no " + asked + ", whose grid --reference asks for; it has " + join(study.modalities, ", "));
    }
    preparation.reference = asked;
  }
  return store::prepare_study(study, preparation, options_.threads);
}

void Prediction::predict_one(const study::Study& study) {
  check_modalities(study, options_.input.table);
  const InputHashes inputs = input_hashes(study); // before they are read: what changes meanwhile shows as a change later
  store::PreparedStudy prepared = prepare(study);
  CaseFacts facts = tell_channels(prepared, study);
  facts.inputs = inputs;
  if (segments()) {
    segment(prepared, study, facts);
  } else {
    Row row{.name = study.id, .probabilities = {}};
    std::ranges::transform(classify_study(prepared, members_), std::back_inserter(row.probabilities), shortest);
    rows_.push_back(std::move(row));
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
    log::error("study " + study.id + " failed: " + error.message() +
               (segments() && repeated_.contains(study.id) ? "; its earlier prediction, of other images, stays" : ""));
    return false;
  } catch (const std::exception& fault) {
    Error error = error_of(fault, kLessMemory);
    error.add_context("study " + study.id);
    throw error;
  }
}

void Prediction::write_table() const {
  std::string text = "case";
  for (const std::string& name : description().table.classes) {
    text.append("\tprob_").append(name);
  }
  for (const Row& row : rows_) {
    text.append("\n").append(row.name);
    for (const std::string& probability : row.probabilities) {
      text.append("\t").append(probability);
    }
  }
  text.append("\n");
  const std::string hash = content_hash(std::as_bytes(std::span(text)));
  remove_output(options_.output / kTableName); // the sidecar never stands beside a table that it does not describe
  write_file(options_.output / kTableSidecarName, sidecar({.cases = row_facts_, .probabilities = {}, .table_hash = hash}));
  write_file(options_.output / kTableName, text);
}

void Prediction::run() {
  create_folders(options_.output);
  log::info("predicting " + std::to_string(studies_.size()) + " studies with " + std::to_string(models_.size()) + " models (" +
            description().network + ", " + join(channels_of(models_), ", ") + ") on " + options_.device + " in " +
            runtime::precision_name(precision_));
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
