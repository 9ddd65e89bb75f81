#include "infer/predict_run.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>

#include "base/atomic_file.h"
#include "base/counted.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/own_files.h"
#include "base/progress.h"
#include "base/text.h"
#include "image/windows.h"
#include "infer/channels.h"
#include "infer/departures.h"
#include "infer/ensemble.h"
#include "infer/head.h"
#include "infer/memory_need.h"
#include "nn/kernels/execution.h"
#include "runtime/memory_need.h"
#include "runtime/threads.h"
#include "store/prepare.h"

namespace brainmvp::infer {
namespace fs = std::filesystem;
namespace {

// Throws Error(kUsage) for a model that was not trained without this fold: it has seen what it would predict.
const InputOptions& checked_fold(const InputOptions& input, const std::vector<model::Model>& models) {
  for (const model::Model& model : input.fold ? models : std::vector<model::Model>{}) {
    const std::string asked = model.file.string() + ": --fold " + std::to_string(*input.fold);
    if (model.fold != input.fold) {
      throw Error(ExitCode::kUsage, asked + ": its training left out " +
                                        (model.fold ? "fold " + std::to_string(*model.fold) : std::string("no fold")) +
                                        ", so that it has seen these studies; name the run of finetune --fold " +
                                        std::to_string(*input.fold));
    }
    if (model.own_folds) {
      throw Error(ExitCode::kUsage, asked + ": its folds were made for the training only, by --folds; write them into the "
                                            "studies file with `brainmvp index --folds`, prepare and train again");
    }
  }
  return input;
}

// One call of the command: the models are loaded once and see each study in turn.
class Prediction {
public:
  explicit Prediction(const PredictOptions& options)
      : options_(options), models_(load_ensemble(options.models)), device_(runtime::choose_device(options.device)),
        precision_(runtime::choose_precision(options.precision, device_)),
        studies_(gather_studies(checked_fold(options.input, models_), channels_of(models_))) {
    if (description().preparation.reference.empty()) {
      set_reference(listed_reference(options.input));
    }
    std::ranges::for_each(studies_, [this](study::Study& study) { leave_out_untaken(study); });
    outputs_ = make_outputs(
        {.options = options_, .models = models_, .members = members_, .precision = runtime::precision_name(precision_)});
    refuse_output_among_inputs();
    if (options_.resume) {
      outputs_->leave_out_done(studies_);
    }
    outputs_->refuse_existing(studies_);
    if (!studies_.empty()) {
      const LargestNeed need = largest_need(models_, studies_, options_.probabilities);
      if (!need.study.empty()) { // otherwise none can be read, which is said in its turn
        runtime::check_memory("predicting study " + need.study, need.bytes, device_.is_cpu(), kLessMemory);
      }
    }
    for (const model::Model& model : models_) {
      members_.push_back(member_of(model, device_, precision_, options.flips));
    }
  }

  void run();

private:
  [[nodiscard]] const model::ModelDescription& description() const { return models_.front().description; }
  void set_reference(const std::string& modality);
  void leave_out_untaken(study::Study& study);
  void refuse_output_among_inputs() const;
  bool try_one(const study::Study& study);
  [[nodiscard]] store::PreparedStudy prepare(const study::Study& study) const;
  void predict_one(const study::Study& study);
  CaseFacts tell_channels(const store::PreparedStudy& prepared, const study::Study& study) const;

  const PredictOptions& options_;
  std::vector<model::Model> models_;
  at::Device device_;
  runtime::Precision precision_;
  std::vector<study::Study> studies_;
  std::map<std::string, std::vector<std::string>> left_out_; // modalities that no model takes, by study
  std::vector<Member> members_;
  std::unique_ptr<Outputs> outputs_;
};

void Prediction::set_reference(const std::string& modality) {
  for (model::Model& model : models_) {
    model.description.preparation.reference = modality;
  }
}

// Images that no model takes would change the crop, and the prediction with it. A study that fails for its modalities stays
// whole.
void Prediction::leave_out_untaken(study::Study& study) {
  try {
    check_modalities(study, options_.input.table);
  } catch (const Error&) {
    return;
  }
  const std::vector<std::string> untaken = unused_modalities(models_, study.modalities);
  if (study.images.size() != study.modalities.size() || untaken.size() == study.modalities.size()) {
    return;
  }
  for (const std::string& name : untaken) {
    if (name != options_.input.reference && name != description().preparation.reference) {
      const auto at = std::ranges::find(study.modalities, name) - study.modalities.begin();
      study.images.erase(study.images.begin() + at);
      study.modalities.erase(study.modalities.begin() + at);
      left_out_[study.id].push_back(name);
    }
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
    if (model.training && &model == &models_.front()) { // an ensemble is of one training set, or nearly
      for (const std::string& text : departures(*model.training, prepared, facts.plans.back())) {
        log::warning("study " + study.id + ": " + text);
      }
    }
  }
  if (const auto left_out = left_out_.find(study.id); left_out != left_out_.end()) {
    facts.ignored = left_out->second;
  }
  std::ranges::move(unused_modalities(models_, prepared.modalities), std::back_inserter(facts.ignored));
  if (!facts.ignored.empty()) {
    log::info("study " + study.id + ": ignored " + join(facts.ignored, ", ") + ", which the model does not take");
  }
  return facts;
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
  outputs_->predict(prepared, study, facts);
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
    log::error("study " + study.id + " failed: " + error.message() + outputs_->after_failure(study));
    return false;
  } catch (const std::exception& fault) {
    Error error = error_of(fault, kLessMemory);
    error.add_context("study " + study.id);
    throw error;
  }
}

void Prediction::run() {
  create_folders(options_.output);
  log::info("predicting " + counted(studies_.size(), "study") + " with " + counted(models_.size(), "model") + " (" +
            description().network + ", " + join(channels_of(models_), ", ") + ") on " + options_.device + " in " +
            runtime::precision_name(precision_));
  for (const model::Model& model : models_) {
    if (!model.doubt.empty()) {
      log::warning(model.file.string() + ": the network " + model.doubt + "; train it longer before you use what it predicts");
    }
  }
  std::size_t failed = 0;
  {
    Progress progress("predicting", "studies", studies_.size());
    for (const study::Study& study : studies_) {
      stop_if_interrupted("predicting");
      failed += try_one(study) ? 0U : 1U;
      progress.advance(study.id);
    }
  }
  outputs_->finish();
  if (failed > 0) {
    throw Error(ExitCode::kBadInput, std::to_string(failed) + " of " + counted(studies_.size(), "study") +
                                         " failed and got no prediction; the messages above say why");
  }
}

} // namespace

void run_prediction(const PredictOptions& options) {
  runtime::use_threads(options.threads);
  (void)image::window_starts(1, 1, options.overlap); // refuses a bad overlap before any work
  catch_interrupts();
  const nn::ExecutionScope execution({.kernels = nn::kernels_named(options.kernels)});
  Prediction(options).run();
}

} // namespace brainmvp::infer
