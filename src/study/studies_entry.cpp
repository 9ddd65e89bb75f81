#include "study/studies_entry.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "study/study_id.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

constexpr int kMostFolds = 1'000'000;

[[noreturn]] void refuse_field(const std::string& field, const std::string& reason) {
  throw Error(ExitCode::kBadInput, (field.empty() ? "" : "field '" + field + "': ") + reason);
}

std::string text_of(const Json& value, const std::string& field) {
  if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
    refuse_field(field, "expected a text, found " + (value.is_string() ? "an empty one" : json_kind(value)));
  }
  if (value.get_ref<const std::string&>().find('\0') != std::string::npos) {
    refuse_field(field, "a text with a NUL, which no name can hold: " + json_text(value));
  }
  return value.get<std::string>();
}

// ".." after a link leads to where the link points, as in the file system; text is shortened only where it means the same.
fs::path resolved(const std::string& text, const EntryContext& context) {
  const fs::path whole = context.folder / text;
  const fs::path shortened = whole.lexically_normal();
  std::error_code error;
  const fs::path real = fs::weakly_canonical(whole.parent_path(), error);
  return error || real == fs::weakly_canonical(shortened.parent_path(), error) ? shortened : real / whole.filename();
}

std::vector<std::string> modalities_from_names(const Study& study, const EntryContext& context) {
  if (study.images.size() == 1 && !context.channels.empty()) {
    return context.channels;
  }
  std::vector<std::string> modalities;
  for (const fs::path& image : study.images) {
    const auto modality = context.table.of_file(image);
    if (!modality) {
      refuse_field("image",
                   image.filename().string() + " does not end in a modality's name; add the field 'modality' to the entry");
    }
    modalities.push_back(*modality);
  }
  return modalities;
}

void read_modalities(const Json& entry, const EntryContext& context, Study& study) {
  if (entry.is_object() && entry.contains("modality")) {
    for (const std::string& name : texts_of(entry["modality"], "modality")) {
      study.modalities.push_back(modality_of(name, context));
    }
  } else {
    study.modalities = modalities_from_names(study, context);
  }
  if (study.images.size() != 1 && study.images.size() != study.modalities.size()) {
    refuse_field("modality",
                 std::to_string(study.modalities.size()) + " names for " + std::to_string(study.images.size()) + " images");
  }
  const std::set<std::string> distinct(study.modalities.begin(), study.modalities.end());
  if (distinct.size() != study.modalities.size()) {
    refuse_field(entry.is_object() && entry.contains("modality") ? "modality" : "image",
                 "a modality stands there twice: " + join(study.modalities, " ") + "; keep one image of each");
  }
}

// A class as MONAI has it: a number, or a list with a single 1 (one-hot).
std::string class_of_number(const Json& value, const std::string& field, const EntryContext& context) {
  std::size_t number = 0;
  if (value.is_array()) {
    const auto ones = std::ranges::count(value, Json(1));
    if (ones != 1 || std::ranges::count(value, Json(0)) + ones != static_cast<std::ptrdiff_t>(value.size())) {
      refuse_field(field, "expected a one-hot list of 0 and one 1, found " + json_text(value));
    }
    number = static_cast<std::size_t>(std::ranges::find(value, Json(1)) - value.begin());
  } else if (value.is_number_integer() && value >= 0) {
    number = value.get<std::size_t>();
  } else {
    refuse_field(field, "expected a text, a whole number from 0 up or a one-hot list, found " + json_text(value));
  }
  if (context.classes.empty()) {
    return std::to_string(number);
  }
  if (number >= context.classes.size()) {
    refuse_field(field,
                 "class " + std::to_string(number) + " of " + std::to_string(context.classes.size()) + " declared classes");
  }
  return context.classes[number];
}

void read_optional_fields(const Json& entry, const EntryContext& context, Study& study) {
  for (const char* const field : {"label", "class"}) {
    if (!entry.contains(field) || entry[field].is_null()) {
      continue;
    }
    const Json& value = entry[field];
    if (!value.is_string()) {
      study.class_name = class_of_number(value, field, context);
    } else if (field == std::string_view("label")) {
      study.label = resolved(text_of(value, field), context);
    } else {
      study.class_name = text_of(value, field);
    }
  }
  if (study.class_name && !context.classes.empty() &&
      std::ranges::find(context.classes, *study.class_name) == context.classes.end()) {
    refuse_field("class", "'" + *study.class_name + "' is not one of the declared classes: " + join(context.classes, ", "));
  }
  for (const auto& [field, value] : {std::pair{"dataset", &study.dataset}, std::pair{"patient", &study.patient}}) {
    if (entry.contains(field)) {
      *value = text_of(entry[field], field);
    }
  }
  if (entry.contains("fold")) {
    if (!entry["fold"].is_number_integer() || entry["fold"] < 0 || entry["fold"] > kMostFolds) {
      refuse_field("fold",
                   "expected a whole number from 0 to " + std::to_string(kMostFolds) + ", found " + json_text(entry["fold"]));
    }
    study.fold = entry["fold"].get<int>();
  }
}

} // namespace

std::vector<std::string> texts_of(const Json& value, const std::string& field) {
  std::vector<std::string> texts;
  if (value.is_array()) {
    for (const Json& item : value) {
      texts.push_back(text_of(item, field));
    }
  } else {
    texts.push_back(text_of(value, field));
  }
  if (texts.empty()) {
    refuse_field(field, "expected a text or a list of texts, found an empty list");
  }
  return texts;
}

std::string modality_of(const std::string& name, const EntryContext& context) {
  if (std::ranges::find(context.own_names, name) != context.own_names.end()) {
    return name;
  }
  const auto canonical = context.table.canonical(name);
  if (!canonical) {
    refuse_field("modality",
                 "'" + name + "' is no known modality; add it to the file's list \"modalities\" or with --modalities FILE");
  }
  return *canonical;
}

Study read_entry(const Json& entry, Split split, const EntryContext& context) {
  if (!entry.is_object() && !entry.is_string()) {
    refuse_field("", "expected an object {\"image\": ...}, found " + json_kind(entry));
  }
  if (entry.is_object() && !entry.contains("image")) {
    refuse_field("image", "is missing");
  }
  Study study;
  study.split = split;
  for (const std::string& image : texts_of(entry.is_object() ? entry["image"] : entry, "image")) {
    study.images.push_back(resolved(image, context));
  }
  read_modalities(entry, context, study);
  if (entry.is_object()) {
    read_optional_fields(entry, context, study);
    if (entry.contains("id")) {
      study.id = text_of(entry["id"], "id");
      if (!is_safe_id(study.id)) {
        refuse_field("id",
                     "'" + study.id +
                         "' cannot name a folder of a store; use up to 200 bytes without / and \\, no dot in front, and not "
                         "store.json");
      }
    }
  }
  return study;
}

} // namespace brainmvp::study
