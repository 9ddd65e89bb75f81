#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/atomic_file.h"
#include "base/error.h"
#include "infer/head.h"
#include "infer/native.h"
#include "infer/output_files.h"
#include "io/image_file.h"

namespace brainmvp::infer {
namespace fs = std::filesystem;
namespace {

class LabelMaps : public Outputs {
public:
  using Outputs::Outputs;

  void refuse_existing(const std::vector<study::Study>& studies) const override;
  void predict(store::PreparedStudy& prepared, const study::Study& study, const CaseFacts& facts) override;
  [[nodiscard]] std::string after_failure(const study::Study& study) const override {
    return repeated(study) ? "; its earlier prediction, of other images, stays" : "";
  }

protected:
  [[nodiscard]] bool done(const study::Study& study) override;

private:
  [[nodiscard]] std::vector<std::string> probability_names() const;
  [[nodiscard]] CaseFiles files_of(const study::Study& study) const {
    return case_files(setup().options.output, study, probability_names());
  }
  [[nodiscard]] std::vector<fs::path> outdated(const study::Study& study) const;
};

// The outputs that files of probabilities are written of: all but an exclusive background.
std::vector<std::string> LabelMaps::probability_names() const {
  if (!setup().options.probabilities) {
    return {};
  }
  std::vector<std::string> names = setup().description().output_names();
  if (setup().description().exclusive()) {
    names.erase(names.begin());
  }
  return names;
}

bool is_whole(const fs::path& file) {
  try {
    (void)io::read_image(file);
    return true;
  } catch (const Error&) {
    return false;
  }
}

bool is_whole_if_there(const fs::path& file) { return !fs::exists(file) || is_whole(file); }

bool LabelMaps::done(const study::Study& study) {
  const CaseFiles files = files_of(study);
  const std::string earlier = text_of(files.sidecar);
  if (!is_sidecar(earlier)) {
    return false;
  }
  if (!fs::exists(files.label)) {
    return !repeats(study, "they have no label map");
  }
  const CaseFacts facts{.plans = {}, .ignored = {}, .inputs = input_hashes(study), .earlier_channels = {}, .earlier_inputs = {}};
  const std::string now = setup().sidecar({.cases = {facts}, .probabilities = probability_names(), .table_hash = {}});
  const std::string reason = reason_to_repeat(earlier, now, files.sidecar);
  if (reason.empty() && (!is_whole(files.label) || !std::ranges::all_of(files.probabilities, is_whole_if_there))) {
    return !repeats(study, "their files are damaged");
  }
  const bool all_there = std::ranges::all_of(files.probabilities, [](const fs::path& file) { return fs::exists(file); });
  return !repeats(study, reason.empty() && !all_there ? "they have no probabilities" : reason);
}

void LabelMaps::refuse_existing(const std::vector<study::Study>& studies) const {
  for (const study::Study& study : studies) {
    const CaseFiles files = files_of(study);
    const bool known = setup().options.force || repeated(study);
    refuse_existing_prediction(files.label, files.sidecar, known);
    for (const fs::path& file : files.probabilities) {
      brainmvp::refuse_existing(file, known);
    }
  }
}

// Files of an earlier prediction of the case, which are to go.
std::vector<fs::path> LabelMaps::outdated(const study::Study& study) const {
  const CaseFiles files = case_files(setup().options.output, study, setup().description().output_names());
  if (!is_sidecar(text_of(files.sidecar))) {
    return {};
  }
  std::vector<fs::path> outdated = files.probabilities;
  outdated.push_back(files.label);
  return outdated;
}

void LabelMaps::predict(store::PreparedStudy& prepared, const study::Study& study, const CaseFacts& facts) {
  const PredictOptions& options = setup().options;
  const model::ModelDescription& description = setup().description();
  const Blending blending = options.blending == "constant" ? Blending::kConstant : Blending::kGaussian;
  const std::vector<std::string> names = probability_names();
  std::vector<std::size_t> kept(names.size());
  std::iota(kept.begin(), kept.end(), description.exclusive() ? std::size_t{1} : std::size_t{0}); // after the background
  NativeOutputs native({.prepared = image::grid_of(prepared.volumes.front()),
                        .native = prepared.way_back.native,
                        .outputs = static_cast<std::size_t>(description.outputs()),
                        .painting = painting_of(description),
                        .kept = kept,
                        .threads = options.threads});
  predict_study(prepared, setup().members, {.overlap = options.overlap, .blending = blending},
                [&](const torch::Tensor& planes) { native.take(planes); });
  prepared.volumes.clear(); // memory for what follows
  const io::ImageHeader header = io::read_header(prepared.way_back.reference);
  CaseWriter writer(files_of(study), outdated(study));
  writer.write_label(native.labels(), write_options(header, io::StoredType::kUint8));
  for (std::size_t i = 0; i < names.size(); ++i) {
    writer.write_probability(i, native.probabilities()[i], write_options(header, io::StoredType::kFloat32));
  }
  writer.write_sidecar(setup().sidecar({.cases = {facts}, .probabilities = names, .table_hash = {}}));
  writer.commit();
}

} // namespace

std::unique_ptr<Outputs> label_maps(const PredictionSetup& setup) { return std::make_unique<LabelMaps>(setup); }

void describe_labels(const model::ModelDescription& description, nlohmann::ordered_json& sidecar) {
  sidecar["labels"] = nlohmann::ordered_json::object();
  for (const auto& [name, value] : description.table.labels) {
    sidecar["labels"][name] = value;
  }
  if (description.exclusive()) {
    return;
  }
  const Painting painting = painting_of(description);
  sidecar["regions"] = nlohmann::ordered_json::object();
  sidecar["painted_as"] = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < description.table.regions.size(); ++i) {
    const auto& [name, values] = description.table.regions[i];
    sidecar["regions"][name] = values;
    sidecar["painted_as"][name] = painting.values[i];
  }
}

} // namespace brainmvp::infer
