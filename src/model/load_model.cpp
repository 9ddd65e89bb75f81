#include "base/error.h"
#include "base/hash.h"
#include "checkpoint/checkpoint.h"
#include "io/config_file.h"
#include "model/model.h"
#include "nn/networks/network.h"

namespace brainmvp::model {
namespace fs = std::filesystem;
namespace {

fs::path model_file(const fs::path& run_or_file) {
  if (!fs::is_directory(run_or_file)) {
    return run_or_file;
  }
  for (const char* name : {"best.pt", "last.pt"}) {
    if (fs::is_regular_file(run_or_file / "checkpoints" / name)) {
      return run_or_file / "checkpoints" / name;
    }
  }
  throw Error(ExitCode::kBadInput,
              run_or_file.string() + ": no checkpoints/best.pt or last.pt in it; name a run of `brainmvp finetune`");
}

checkpoint::Value read_model_file(const fs::path& file) {
  if (checkpoint::is_safetensors(file)) {
    throw Error(ExitCode::kBadInput, file.string() + ": a .safetensors holds only weights, without channels, labels and "
                                                     "templates; name the run or its .pt");
  }
  return checkpoint::read_pt(file);
}

// Every tensor of the network must come from the file: anything else would predict with drawn weights.
void fill_weights(const checkpoint::Value& value, const fs::path& file, const torch::nn::Module& network) {
  const NamedTensors weights = checkpoint::own_weights(checkpoint::weights_of(value), file);
  const checkpoint::TransferReport report = checkpoint::transfer(weights, nn::state_tensors(network));
  if (!report.missing.empty() || !report.mismatched.empty()) {
    throw Error(ExitCode::kBadInput, "its weights are not those of the network that it names; the file is damaged or of "
                                     "another version\n" +
                                         report.summary());
  }
}

// Checkpoints record it since the training says it.
std::string doubt_of(const checkpoint::Value& value) {
  const checkpoint::Value* counters = value.find("counters");
  const checkpoint::Value* flat = counters == nullptr ? nullptr : counters->find("flat");
  if (flat == nullptr || flat->text("flat").empty()) {
    return "";
  }
  return flat->text("flat") + " (in the validation at step " + std::to_string(counters->find("step")->integer("step")) + ")";
}

void read_fold(const checkpoint::Value& value, Model& model) {
  const checkpoint::Value* config = value.find("config");
  if (config == nullptr) {
    return;
  }
  for (const io::ConfigEntry& entry : io::read_config_text(config->text("config"), model.file.string() + ": config")) {
    const auto* number = entry.values.empty() ? nullptr : std::get_if<std::int64_t>(&entry.values.front());
    if (entry.table == "finetune" && entry.key == "fold" && number != nullptr) {
      model.fold = static_cast<int>(*number);
    }
    model.own_folds |= entry.table == "finetune" && entry.key == "folds";
  }
}

} // namespace

Model load_model(const fs::path& run_or_file) {
  const fs::path file = model_file(run_or_file);
  const checkpoint::Value value = read_model_file(file);
  Model model;
  model.description = read_description(value, file);
  model.file = file;
  model.hash = file_hash(file);
  model.doubt = doubt_of(value);
  read_fold(value, model);
  model.training = with_context(file.string(), [&] { return read_training_facts(value); });
  with_context(file.string(), [&] {
    model.network = model.description.head().network(model.description, 0);
    fill_weights(value, file, *model.network);
    model.network->eval();
  });
  return model;
}

} // namespace brainmvp::model
