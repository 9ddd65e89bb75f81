#include "infer/sidecar.h"

#include <nlohmann/json.hpp>

#include "infer/head.h"

namespace brainmvp::infer {
namespace {

using Json = nlohmann::ordered_json;

Json model_json(const model::Model& model) {
  const model::ModelDescription& description = model.description;
  return {{"hash", model.hash},
          {"network", description.network},
          {"channels", description.channels},
          {"window", description.window},
          {"intensities", store::kIntensitiesNames.at(static_cast<std::size_t>(description.intensities))}};
}

Json channels_json(const CaseFacts& facts) {
  if (!facts.earlier_channels.empty()) {
    return Json::parse(facts.earlier_channels);
  }
  Json models = Json::array();
  for (const ChannelPlan& plan : facts.plans) {
    models.push_back({{"used", plan.used}, {"filled_from_template", plan.from_template}, {"filled_with_zeros", plan.zero}});
  }
  return {{"of_models", models}, {"ignored", facts.ignored}};
}

Json inputs_json(const CaseFacts& facts) {
  if (!facts.earlier_inputs.empty()) {
    return Json::parse(facts.earlier_inputs);
  }
  Json inputs = Json::object();
  for (const auto& [name, hash] : facts.inputs) {
    inputs[name] = hash;
  }
  return inputs;
}

} // namespace

std::string sidecar_text(const PredictOptions& options, const std::string& precision, const std::vector<model::Model>& models,
                         const Described& described) {
  const model::ModelDescription& description = models.front().description;
  Json json{{"program", "brainmvp"},
            {"version", options.program_version},
            {"libtorch_version", options.torch_version},
            {"command", options.command},
            {"task", description.task}};
  json["models"] = Json::array();
  for (const model::Model& model : models) {
    json["models"].push_back(model_json(model));
  }
  if (description.head().whole_volumes) {
    json["channels_of_rows"] = json["inputs_of_rows"] = Json::array();
    for (const CaseFacts& facts : described.cases) {
      json["channels_of_rows"].push_back(channels_json(facts));
      json["inputs_of_rows"].push_back(inputs_json(facts));
    }
    json["table"] = described.table_hash;
  } else {
    json["channels"] = channels_json(described.cases.front());
    json["inputs"] = inputs_json(described.cases.front());
    json["probabilities_of"] = described.probabilities;
    json["overlap"] = options.overlap;
    json["blending"] = options.blending;
  }
  json["flips"] = options.flips;
  json["only"] = options.input.only;
  json["reference"] = options.input.reference;
  json["device"] = options.device;
  json["precision"] = precision;
  json["preparation"] = {
      {"spacing_mm", description.preparation.spacing_mm},
      {"low_percentile", description.preparation.low_percentile},
      {"high_percentile", description.preparation.high_percentile},
      {"percentiles_of", store::kPercentilesOfNames.at(static_cast<std::size_t>(description.preparation.percentiles_of))},
      {"reference", description.preparation.reference},
      {"z_scored", description.preparation.z_scored}};
  describe_outputs(description, json);
  return json.dump(2) + "\n";
}

} // namespace brainmvp::infer
