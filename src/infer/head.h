// What becomes of what a model predicts: files a study, or a row of a table. A head has one row in heads.cpp.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "infer/predict_run.h"
#include "infer/predict_study.h"
#include "infer/sidecar.h"
#include "model/model.h"
#include "store/prepare.h"
#include "study/studies_file.h"

namespace brainmvp::infer {

// One call of the command. Everything referred to outlives the outputs.
struct PredictionSetup {
  const PredictOptions& options;
  const std::vector<model::Model>& models;
  const std::vector<Member>& members;
  std::string precision; // resolved

  [[nodiscard]] const model::ModelDescription& description() const { return models.front().description; }
  [[nodiscard]] std::string sidecar(const Described& described) const {
    return sidecar_text(options, precision, models, described);
  }
};

class Outputs {
public:
  explicit Outputs(const PredictionSetup& setup) : setup_(setup) {}
  Outputs(const Outputs&) = delete;
  Outputs& operator=(const Outputs&) = delete;
  virtual ~Outputs() = default;

  // Takes out the studies whose earlier prediction still holds, and says why others are predicted again.
  void leave_out_done(std::vector<study::Study>& studies);
  // Throws Error(kOutput) when what would be written is there and may not be replaced.
  virtual void refuse_existing(const std::vector<study::Study>& studies) const = 0;
  virtual void predict(store::PreparedStudy& prepared, const study::Study& study, const CaseFacts& facts) = 0;
  virtual void finish() {} // after the last study
  // What stays of a study that failed: "; its earlier prediction, of other images, stays", or nothing.
  [[nodiscard]] virtual std::string after_failure(const study::Study& /*study*/) const { return {}; }

protected:
  // Reads what is there of an earlier call, before done() is asked.
  virtual void read_earlier(const std::vector<study::Study>& /*studies*/) {}
  [[nodiscard]] virtual bool done(const study::Study& study) = 0;

  [[nodiscard]] const PredictionSetup& setup() const { return setup_; }
  // Notes why a study that was predicted earlier is predicted again; false for an empty reason.
  bool repeats(const study::Study& study, const std::string& reason);
  [[nodiscard]] bool repeated(const study::Study& study) const;
  [[nodiscard]] bool any_repeated() const { return !reasons_.empty(); }

private:
  PredictionSetup setup_;
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons_; // and the ids of their studies
};

// The row of a head.
struct OutputsRow {
  std::string head;
  std::function<std::unique_ptr<Outputs>(const PredictionSetup& setup)> make;
  // What a sidecar says of the outputs.
  std::function<void(const model::ModelDescription& description, nlohmann::ordered_json& sidecar)> describe;
};
const OutputsRow& outputs_row(const std::string& head);
// Adds the row of a head of another library.
void add_outputs(OutputsRow row);

std::unique_ptr<Outputs> make_outputs(const PredictionSetup& setup);

void describe_outputs(const model::ModelDescription& description, nlohmann::ordered_json& sidecar);

// Refuses an output that exists and is not ours to replace: only what has a sidecar of ours beside it may go. Throws
// Error(kOutput).
void refuse_existing_prediction(const std::filesystem::path& file, const std::filesystem::path& sidecar, bool replace);

} // namespace brainmvp::infer
