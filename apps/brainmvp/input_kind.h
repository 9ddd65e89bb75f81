// What a path that a command was given holds, so that the wrong kind of input is answered with the command that takes it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace brainmvp::app {

enum class InputKind {
  kMissing,
  kOther, // what readers have to say more of
  kImage,
  kFolder, // of images, or of nothing that is known
  kStudiesFile,
  kStore,
  kPretraining, // run folders
  kFinetuning,
  kCheckpoint,
  kPredictions, // folder that predict wrote
  kEvaluation,  // JSON that evaluate wrote
  kTable,       // .tsv or .csv
};

// By names, by what lies in a folder and by the first names of a JSON file.
InputKind kind_of(const std::filesystem::path& path);

// "is a store, prepared already; next: brainmvp pretrain store -o run"; "" for what is missing or not known.
std::string described_input(const std::filesystem::path& path);

struct ExpectedInput {
  std::string command; // "prepare"
  std::string takes;   // "a studies file", for messages
  std::vector<InputKind> kinds;
};

// Throws Error(kBadInput) for a path that is missing, and for one of a known kind that is not expected.
void check_input(const std::filesystem::path& path, const ExpectedInput& expected);

} // namespace brainmvp::app
