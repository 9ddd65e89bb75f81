#include <algorithm>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "inspect.h"
#include "store/records.h"
#include "store/store.h"
#include "store/verify.h"

namespace brainmvp::app {
namespace {

namespace fs = std::filesystem;

std::string size_text(const image::Size& size) {
  return std::to_string(size[0]) + "x" + std::to_string(size[1]) + "x" + std::to_string(size[2]);
}

void line(const std::string& key, const std::string& value) {
  std::cout << key << std::string(13 - std::min<std::size_t>(key.size(), 12), ' ') << value << '\n';
}

void print_table(const study::LabelTable& table) {
  const auto names = [](const auto& entries) {
    std::vector<std::string> result;
    for (const auto& entry : entries) {
      result.push_back(entry.first);
    }
    return join(result, ", ");
  };
  if (!table.labels.empty()) {
    line("labels", names(table.labels));
  }
  if (!table.regions.empty()) {
    line("regions", names(table.regions));
  }
  if (!table.classes.empty()) {
    line("classes", join(table.classes, ", "));
  }
}

void print_studies(const store::Store& opened) {
  std::map<std::string, std::size_t> of_modality;
  for (const store::StoredStudy& study : opened.studies()) {
    for (const std::string& modality : study.modalities()) {
      ++of_modality[modality];
    }
  }
  std::vector<std::string> counts;
  for (const auto& [modality, count] : of_modality) {
    counts.push_back(modality + " " + std::to_string(count));
  }
  line("modalities", join(counts, ", "));
  for (const store::StoredStudy& study : opened.studies()) {
    std::cout << study.id() << ": " << study::split_name(study.split()) << ", " << size_text(study.size()) << ", "
              << join(study.modalities(), " ") << (study.has_label() ? ", label" : "")
              << (study.class_name() ? ", class " + *study.class_name() : "") << '\n';
  }
}

} // namespace

bool inspects_store(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path / "store.json", ignored);
}

void inspect_store(const fs::path& path) {
  const store::Store opened = store::Store::open(path);
  const store::StoreRecord record = store::read_store_record(path);
  line("store", path.string());
  line("studies", std::to_string(opened.studies().size()));
  line("spacing", shortest(record.parameters.spacing_mm) + " mm");
  line("percentiles", shortest(record.parameters.low_percentile) + " to " + shortest(record.parameters.high_percentile));
  print_table(opened.table());
  print_studies(opened);
  std::vector<std::string> damaged;
  std::uint64_t bytes = 0;
  for (const store::StoredStudy& study : opened.studies()) {
    const store::StudyRecord prepared = store::read_study_record(path / study.id());
    for (const store::StoredFile& file : prepared.files) {
      bytes += file.bytes;
    }
    for (const std::string& file : store::changed_files(prepared, path / study.id())) {
      damaged.push_back((path / study.id() / file).string());
    }
  }
  line("on disk", human_bytes(bytes));
  if (!damaged.empty()) {
    throw Error(ExitCode::kBadInput,
                "not what `brainmvp prepare` wrote: " + join(damaged, ", ") + "; delete their folders and run it again");
  }
}

} // namespace brainmvp::app
