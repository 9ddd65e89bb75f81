#include <algorithm>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "base/machine.h"
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

void print_table(const study::LabelTable& table) {
  const auto names = [](const auto& entries) {
    std::vector<std::string> result;
    for (const auto& entry : entries) {
      result.push_back(entry.first);
    }
    return join(result, ", ");
  };
  if (!table.labels.empty()) {
    print_entry("labels", names(table.labels));
  }
  if (!table.regions.empty()) {
    print_entry("regions", names(table.regions));
  }
  if (table.ignore) {
    print_entry("ignored", "value " + std::to_string(*table.ignore));
  }
  if (!table.classes.empty()) {
    print_entry("classes", join(table.classes, ", "));
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
  print_entry("modalities", join(counts, ", "));
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
  print_entry("store", path.string());
  print_entry("studies", std::to_string(opened.studies().size()));
  print_entry("spacing", shortest(record.parameters.spacing_mm) + " mm");
  print_entry("percentiles", shortest(record.parameters.low_percentile) + " to " + shortest(record.parameters.high_percentile) +
                                 " of the " +
                                 store::kPercentilesOfNames.at(static_cast<std::size_t>(record.parameters.percentiles_of)) +
                                 (record.parameters.z_scored ? ", 0 the background of z-scored images" : ""));
  print_table(opened.table());
  print_studies(opened);
  std::uint64_t bytes = 0;
  for (const store::StoredStudy& study : opened.studies()) {
    for (const store::StoredFile& file : store::read_study_record(path / study.id()).files) {
      bytes += file.bytes;
    }
  }
  print_entry("on disk", human_bytes(bytes));
  std::cout.flush();
  store::verify_store(path, processor_count());
}

} // namespace brainmvp::app
