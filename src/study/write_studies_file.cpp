#include <set>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/output_target.h"
#include "study/json_file.h"
#include "study/studies_file.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

// Where relative paths start; nowhere for a pipe, nor for a link to another folder, since both folders can be meant later.
fs::path base_of(const fs::path& path) {
  const OutputTarget target = output_target(path);
  const auto folder = [](const fs::path& file) { return fs::weakly_canonical(fs::absolute(file).parent_path()); };
  return target.stream || folder(target.path) != folder(path) ? fs::path() : folder(path);
}

Json entry_of(const Study& study, const fs::path& folder) {
  const auto relative = [&folder](const fs::path& path) {
    const fs::path whole = fs::absolute(path).lexically_normal();
    return (folder.empty() ? whole : whole.lexically_relative(folder)).generic_string();
  };
  Json entry;
  entry["id"] = study.id;
  if (study.images.size() == 1 && study.modalities.size() > 1) {
    entry["image"] = relative(study.images.front());
  } else {
    for (const fs::path& image : study.images) {
      entry["image"].push_back(relative(image));
    }
  }
  entry["modality"] = study.modalities;
  if (study.label) {
    entry["label"] = relative(*study.label);
  }
  if (study.class_name) {
    entry["class"] = *study.class_name;
  }
  if (!study.dataset.empty()) {
    entry["dataset"] = study.dataset;
  }
  if (!study.patient.empty()) {
    entry["patient"] = study.patient;
  }
  if (study.fold) {
    entry["fold"] = *study.fold;
  }
  return entry;
}

void add_table(const LabelTable& table, Json& root) {
  for (const auto& [name, value] : table.labels) {
    root["labels"][name] = value;
  }
  if (table.ignore) {
    root["labels"]["ignore"] = *table.ignore;
  }
  for (const auto& [name, values] : table.regions) {
    root["regions"][name] = values;
  }
  if (!table.region_order.empty()) {
    root["regions_class_order"] = table.region_order;
  }
  if (!table.classes.empty()) {
    root["classes"] = table.classes;
  }
}

// Names that the compiled-in table lacks, so that the file can be read without the user's table.
std::set<std::string> own_modalities(const StudiesFile& file) {
  std::set<std::string> names;
  for (const Study& study : file.studies) {
    for (const std::string& name : study.modalities) {
      if (!ModalityTable::standard().canonical(name)) {
        names.insert(name);
      }
    }
  }
  return names;
}

} // namespace

std::string split_name(Split split) {
  switch (split) {
  case Split::kTraining:
    return "training";
  case Split::kValidation:
    return "validation";
  case Split::kTest:
    break;
  }
  return "test";
}

void write_studies_file(const fs::path& path, const StudiesFile& file) {
  // Relative paths with ".." are followed from where the folder really is.
  const fs::path folder = base_of(path);
  Json root = Json::object();
  add_table(file.table, root);
  if (const auto own = own_modalities(file); !own.empty()) {
    root["modalities"] = own;
  }
  if (!file.reference.empty()) {
    root["reference"] = file.reference;
  }
  root["training"] = Json::array();
  for (const Study& study : file.studies) {
    root[split_name(study.split)].push_back(entry_of(study, folder));
  }
  std::string text;
  try {
    text = root.dump(1) + "\n";
  } catch (const Json::type_error&) {
    throw Error(ExitCode::kBadInput, path.string() + ": a file or folder name is not UTF-8, which JSON cannot hold; rename it");
  }
  write_file(path, text);
}

} // namespace brainmvp::study
