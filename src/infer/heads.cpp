#include <algorithm>
#include <list>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/counted.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "infer/head.h"
#include "infer/output_files.h"

namespace brainmvp::infer {

// A label map a study, and with --probabilities a file an output.
std::unique_ptr<Outputs> label_maps(const PredictionSetup& setup);
void describe_labels(const model::ModelDescription& description, nlohmann::ordered_json& sidecar);

// One table with a row a study and a column an output, named `prefix` and the output.
std::unique_ptr<Outputs> prediction_table(const PredictionSetup& setup, const std::string& prefix);

namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

// The outputs of a head of whole volumes, under the word for them, and how a volume became its input.
void describe_whole(const model::ModelDescription& description, const char* word, Json& sidecar) {
  sidecar[word] = description.output_names();
  sidecar["sizing"] = description.sizing == model::Sizing::kPad ? "pad" : "resize";
}

std::list<OutputsRow>& outputs_table() {
  static std::list<OutputsRow> rows{
      {"segment", label_maps, describe_labels},
      {"classify", [](const PredictionSetup& setup) { return prediction_table(setup, "prob_"); },
       [](const model::ModelDescription& description, Json& sidecar) { describe_whole(description, "classes", sidecar); }},
      {"regress", [](const PredictionSetup& setup) { return prediction_table(setup, ""); },
       [](const model::ModelDescription& description, Json& sidecar) { describe_whole(description, "targets", sidecar); }},
  };
  return rows;
}

} // namespace

const OutputsRow& outputs_row(const std::string& head) {
  const auto found = std::ranges::find(outputs_table(), head, &OutputsRow::head);
  if (found == outputs_table().end()) {
    throw Error(ExitCode::kInternal, "nothing is known of the outputs of the head " + head);
  }
  return *found;
}

void add_outputs(OutputsRow row) { outputs_table().push_back(std::move(row)); }

void Outputs::leave_out_done(std::vector<study::Study>& studies) {
  read_earlier(studies);
  const std::size_t left_out = std::erase_if(studies, [this](const study::Study& study) { return done(study); });
  if (left_out > 0) {
    log::info(counted(left_out, "study is", "studies are") + " done already");
  }
  std::ranges::sort(reasons_);
  for (const auto& [reason, ids] : reasons_) {
    log::info(counted(ids.size(), "study is", "studies are") + " predicted again (" + reason + "): " + join(ids, ", "));
  }
}

bool Outputs::repeats(const study::Study& study, const std::string& reason) {
  if (reason.empty()) {
    return false;
  }
  auto found = std::ranges::find(reasons_, reason, &decltype(reasons_)::value_type::first);
  if (found == reasons_.end()) {
    found = reasons_.insert(found, {reason, {}});
  }
  found->second.push_back(study.id);
  return true;
}

bool Outputs::repeated(const study::Study& study) const {
  return std::ranges::any_of(reasons_, [&](const auto& entry) { return std::ranges::count(entry.second, study.id) > 0; });
}

std::unique_ptr<Outputs> make_outputs(const PredictionSetup& setup) { return outputs_row(setup.description().task).make(setup); }

void describe_outputs(const model::ModelDescription& description, Json& sidecar) {
  outputs_row(description.task).describe(description, sidecar);
}

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

} // namespace brainmvp::infer
