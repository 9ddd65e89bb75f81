// One entry of a studies file's lists.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "study/json_file.h"
#include "study/modality.h"
#include "study/studies_file.h"

namespace brainmvp::study {

// What holds for all entries of one file.
struct EntryContext {
  std::filesystem::path folder;
  const ModalityTable& table;
  std::vector<std::string> channels;  // names of channels for entries without modalities (MSD)
  std::vector<std::string> own_names; // modalities that the file declares
  std::vector<std::string> classes;
};

// Canonical name of a modality, or a name that the file declares. Throws Error(kBadInput).
std::string modality_of(const std::string& name, const EntryContext& context);

// A text or a list of texts, at least one. Throws Error(kBadInput) that names the field.
std::vector<std::string> texts_of(const Json& value, const std::string& field);

// The study of an entry, an object or the text of an image; its id stays empty when the entry gives none.
// Throws Error(kBadInput) that names the field.
Study read_entry(const Json& entry, Split split, const EntryContext& context);

} // namespace brainmvp::study
