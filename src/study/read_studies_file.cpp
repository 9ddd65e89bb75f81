#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"
#include "study/json_file.h"
#include "study/studies_entry.h"
#include "study/studies_file.h"
#include "study/study_id.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

constexpr std::array<std::pair<const char*, Split>, 8> kLists{{{"training", Split::kTraining},
                                                               {"train", Split::kTraining},
                                                               {"validation", Split::kValidation},
                                                               {"val", Split::kValidation},
                                                               {"valid", Split::kValidation},
                                                               {"dev", Split::kValidation},
                                                               {"test", Split::kTest},
                                                               {"testing", Split::kTest}}};

bool known_list(const std::string& name) {
  return std::ranges::any_of(kLists, [&name](const auto& list) { return name == list.first; });
}

// A list of images under another name would be left out without a word.
void refuse_other_lists(const fs::path& path, const Json& root) {
  for (const auto& [name, value] : root.items()) {
    const bool of_images = value.is_array() && !value.empty() && value.front().is_object() && value.front().contains("image");
    if (of_images && !known_list(name)) {
      throw Error(ExitCode::kBadInput, path.string() + ": the list '" + name +
                                           "' holds images and is none of 'training', 'validation' and 'test'; rename it");
    }
  }
}

void name_studies(const fs::path& path, const ModalityTable& table, std::vector<Study>& studies) {
  std::vector<bool> fixed;
  std::set<std::string> given;
  for (Study& study : studies) {
    fixed.push_back(!study.id.empty());
    if (fixed.back() && !given.insert(study.id).second) {
      throw Error(ExitCode::kBadInput, path.string() + ": field 'id': '" + study.id + "' names two studies; ids are unique");
    }
    if (!fixed.back()) {
      study.id = id_from_files(study.images, table);
    }
  }
  make_ids_unique(studies, fixed);
}

// They name files of the store, so nothing but a plain word will do.
std::vector<std::string> own_modalities(const Json& list) {
  std::vector<std::string> names = texts_of(list, "modalities");
  for (const std::string& name : names) {
    if (!is_safe_modality(name)) {
      throw Error(ExitCode::kBadInput, "field 'modalities': " + json_text(Json(name)) +
                                           " cannot name a modality; use lower-case letters, digits and _");
    }
  }
  return names;
}

std::string reference_of(const Json& value, const EntryContext& context) {
  return with_context("field 'reference'", [&] {
    const std::vector<std::string> names = texts_of(value, "reference");
    if (names.size() != 1) {
      throw Error(ExitCode::kBadInput, "expected one modality, found " + std::to_string(names.size()));
    }
    return modality_of(names.front(), context);
  });
}

} // namespace

StudiesFile read_studies_file(const fs::path& path, const ModalityTable& table) {
  const Json root = read_json_object(path);
  StudiesFile file{.studies = {}, .table = parse_label_table(root, path.string()), .reference = {}};
  EntryContext context{.folder = fs::canonical(fs::absolute(path).parent_path()),
                       .table = table,
                       .channels = {},
                       .own_names = {},
                       .classes = file.table.classes};
  with_context(path.string(), [&] {
    if (root.contains("modalities")) {
      context.own_names = own_modalities(root["modalities"]);
    }
    if (root.contains("reference")) {
      file.reference = reference_of(root["reference"], context);
    }
    for (const std::string& name : parse_channel_names(root, path.string())) {
      context.channels.push_back(modality_of(name, context));
    }
  });
  refuse_other_lists(path, root);
  bool any_list = false;
  for (const auto& [name, split] : kLists) {
    if (!root.contains(name)) {
      continue;
    }
    any_list = true;
    const Json& list = root[name];
    if (!list.is_array()) {
      throw Error(ExitCode::kBadInput, path.string() + ": field '" + name + "': expected a list, found " + json_kind(list));
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
      file.studies.push_back(with_context(path.string() + ": " + name + "[" + std::to_string(i) + "]",
                                          [&] { return read_entry(list[i], split, context); }));
    }
  }
  if (!any_list) {
    throw Error(ExitCode::kBadInput,
                path.string() + ": expected a list 'training', 'validation' or 'test' at the top, found none");
  }
  name_studies(path, table, file.studies);
  return file;
}

} // namespace brainmvp::study
