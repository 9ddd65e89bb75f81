// store.json and study.json: what is in a store and where it came from. Format: docs/develop/architecture.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "image/resample.h"
#include "store/prepare.h"
#include "study/studies_file.h"

namespace brainmvp::store {

inline constexpr int kStoreVersion = 2; // of the files' form and of the preparation's steps; 1: values clipped to [0, 1]

// Stored value of 1.0 in the int16 files, and the inverse of their slope: they hold -7 to 7.
inline constexpr float kStoredOne = 4681;

struct SourceFile {
  std::filesystem::path path; // relative to the studies file where it lies beside or below it
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0; // since the epoch of the file clock
  std::string hash;
};

struct StoredFile {
  std::string name; // "t1.nii"
  std::uint64_t bytes = 0;
  std::string hash;
};

struct StudyRecord {
  std::string id;
  std::vector<std::string> listed;     // modalities of the studies file
  std::vector<std::string> modalities; // those of them that are stored
  bool has_label = false;
  image::Grid grid; // of all stored files
  std::vector<StoredFile> files;
  std::vector<SourceFile> sources;
  PrepareOptions parameters;
  WayBack way_back;
  std::vector<GridDistance> distances;
  std::vector<std::string> warnings;
};

// Throws Error(kBadInput) naming the file when it is missing, damaged or of another version.
StudyRecord read_study_record(const std::filesystem::path& folder);
void write_study_record(const StudyRecord& record, const std::filesystem::path& folder);

struct StoreEntry {
  std::string id;
  study::Split split = study::Split::kTraining;
  std::string patient = {}; // empty in stores of earlier versions: study::patient_of() takes it from the id
  std::optional<std::string> class_name = {};
  std::string dataset = {};
  std::optional<int> fold = std::nullopt;
  bool simulated = false; // by `brainmvp simulate`, as far as its folder says; not in earlier versions
};

struct StoreRecord {
  std::filesystem::path studies_file = {}; // that it was prepared from, seen from the store; empty in earlier versions
  PrepareOptions parameters;
  study::LabelTable table;
  std::vector<StoreEntry> studies;
};

StoreRecord read_store_record(const std::filesystem::path& folder);
// What a store was prepared with, of any version; nothing where store.json is missing or damaged.
std::optional<PrepareOptions> parameters_of_store(const std::filesystem::path& folder);
void write_store_record(const StoreRecord& record, const std::filesystem::path& folder);

} // namespace brainmvp::store
