#include "input_kind.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>

#include "base/error.h"
#include "base/shell_word.h"
#include "base/text.h"
#include "io/image_file.h"

namespace brainmvp::app {
namespace {
namespace fs = std::filesystem;

std::string head_of(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) { // opening a pipe would wait for its writer
    return "";
  }
  std::string text(std::size_t{1} << 16, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

bool has_name(const std::string& json, std::initializer_list<std::string_view> quoted_names) {
  return std::ranges::any_of(quoted_names, [&](std::string_view name) { return json.find(name) != std::string::npos; });
}

// Whether the first sidecar below the folder is one of predict's; a few entries say it.
bool holds_predictions(const fs::path& folder) {
  constexpr int kMostEntries = 200;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (int seen = 0; !error && entry != fs::recursive_directory_iterator() && seen < kMostEntries;
       entry.increment(error), ++seen) {
    if (entry->path().extension() == ".json") {
      const std::string head = head_of(entry->path());
      return head.find("\"program\": \"brainmvp\"") != std::string::npos && has_name(head, {R"("models")"});
    }
  }
  return false;
}

InputKind kind_of_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder / "store.json", error) || fs::exists(folder / ".brainmvp.lock", error)) {
    return InputKind::kStore;
  }
  const std::string config = head_of(folder / "config.toml");
  if (config.find("[finetune]") != std::string::npos) {
    return InputKind::kFinetuning;
  }
  if (config.find("[pretrain]") != std::string::npos) {
    return InputKind::kPretraining;
  }
  return holds_predictions(folder) ? InputKind::kPredictions : InputKind::kFolder;
}

InputKind kind_of_json(const fs::path& file) {
  const std::string head = head_of(file);
  if (has_name(head, {R"("conventions")"}) && has_name(head, {R"("both_empty")", R"("parameters")"})) {
    return InputKind::kEvaluation;
  }
  return has_name(head, {R"("training")", R"("validation")", R"("test")", R"("train")", R"("val")"}) ? InputKind::kStudiesFile
                                                                                                     : InputKind::kOther;
}

fs::path parent_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

std::string next_for_checkpoint(const fs::path& path) {
  const std::string inspection = "next: brainmvp inspect " + shell_word(path.string());
  return parent_of(path).filename() == "checkpoints" ? inspection + ", or name its run, " + parent_of(parent_of(path)).string()
                                                     : inspection;
}

} // namespace

InputKind kind_of(const fs::path& path) {
  static constexpr std::array<std::string_view, 4> kCheckpoints{".pt", ".pth", ".ckpt", ".safetensors"};
  std::error_code error;
  if (!fs::exists(path, error)) {
    return error || fs::is_symlink(path, error) ? InputKind::kOther : InputKind::kMissing;
  }
  if (fs::is_directory(path, error)) {
    return kind_of_folder(path);
  }
  const std::string extension = to_lower(path.extension().string());
  if (std::ranges::find(kCheckpoints, extension) != kCheckpoints.end()) {
    return InputKind::kCheckpoint;
  }
  if (extension == ".tsv" || extension == ".csv") {
    return InputKind::kTable;
  }
  if (extension == ".json") {
    return kind_of_json(path);
  }
  return io::has_image_extension(path) ? InputKind::kImage : InputKind::kOther;
}

std::string described_input(const fs::path& path) {
  const std::string word = shell_word(path.string());
  switch (kind_of(path)) {
  case InputKind::kImage:
    return "is an image; next: brainmvp predict RUN " + word +
           " -o predictions, or for all studies of its folder: brainmvp index " + shell_word(parent_of(path).string()) +
           " -o studies.json";
  case InputKind::kFolder:
    return "is a folder that is neither store nor run; next, if it holds images: brainmvp index " + word + " -o studies.json";
  case InputKind::kStudiesFile:
    return "is a studies file; next: brainmvp prepare " + word + " -o store, or to check it: brainmvp index " + word +
           " -o checked.json";
  case InputKind::kStore:
    return "is a store, which is prepared already; next: brainmvp pretrain " + word + " -o run, or: brainmvp finetune segment " +
           word + " -o seg --init run";
  case InputKind::kPretraining:
    return "is a run of pretrain; next: brainmvp finetune segment STORE -o seg --init " + word +
           ", or to go on with it: brainmvp pretrain STORE -o " + word + " --resume";
  case InputKind::kFinetuning:
    return "is a run of finetune; next: brainmvp predict " + word + " studies.json -o predictions";
  case InputKind::kCheckpoint:
    return "is a checkpoint; " + next_for_checkpoint(path);
  case InputKind::kPredictions:
    return "is a folder of predictions; next: brainmvp evaluate " + word + " --reference studies.json";
  case InputKind::kEvaluation:
    return "is a result of evaluate; next: brainmvp report --evaluation " + word + " -o report.html";
  case InputKind::kTable:
    return "is a table; next, for classes of studies: brainmvp index FOLDER --classes-from " + word +
           ":COLUMN -o studies.json, for probabilities: brainmvp evaluate " + word +
           " --reference studies.json --classification (numbers: --regression)";
  case InputKind::kMissing:
  case InputKind::kOther:
    break;
  }
  return "";
}

void check_input(const fs::path& path, const ExpectedInput& expected) {
  const InputKind kind = kind_of(path);
  if (kind == InputKind::kMissing) {
    throw Error(ExitCode::kBadInput, path.string() + ": does not exist; " + expected.command + " takes " + expected.takes +
                                         "; check the name that was given");
  }
  if (kind != InputKind::kOther && std::ranges::find(expected.kinds, kind) == expected.kinds.end()) {
    throw Error(ExitCode::kBadInput,
                path.string() + ": " + expected.command + " takes " + expected.takes + ", and this " + described_input(path));
  }
}

} // namespace brainmvp::app
