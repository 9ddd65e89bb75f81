#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "io/image_file.h"
#include "study/case_draft.h"
#include "study/patient_words.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

using Cases = std::map<std::string, std::vector<fs::path>>; // by patient words

std::string folder_name(const fs::path& file) {
  fs::path folder = file.parent_path();
  while (io::has_image_extension(folder)) {
    folder = folder.parent_path();
  }
  return folder.filename().string();
}

std::string key_of(const FileRole& role) { return patient_words(plain_prefix(role.prefix)); }

Cases by_suffix(const std::vector<fs::path>& images, const ModalityTable& table) {
  Cases cases;
  for (const fs::path& image : images) {
    cases[key_with_suffix(table.role(image), table)].push_back(image);
  }
  return cases;
}

// The case whose prefix is the longest run of words at the start of `text`.
Cases::iterator longest_start(Cases& cases, std::string text) {
  for (;;) {
    const auto found = cases.find(text);
    const std::size_t end = text.find_last_of("-_. ");
    if (found != cases.end() || end == std::string::npos) {
      return found;
    }
    text.resize(end);
  }
}

bool names_folder(const std::string& key, const std::string& folder) {
  const std::string lower = to_lower(folder);
  return lower.find(to_lower(key)) != std::string::npos || to_lower(key).find(lower) != std::string::npos;
}

// Words without a number or the word patient describe an image of the folder's patient ("weighted_flair").
bool may_be_of_folder(const std::string& key, const std::string& folder) {
  const std::string lower = to_lower(key);
  const bool counts = lower.find_first_of("0123456789") != std::string::npos || lower.starts_with("pat") ||
                      lower.starts_with("sub") || lower.starts_with("case");
  return names_folder(key, folder) || !counts;
}

// Whether a label map of these words may be of the only case of a folder.
bool may_own(const std::string& key, const std::string& label, const std::string& folder) {
  if (label.empty() || starts_with_words(label, key) || starts_with_words(key, label)) {
    return true;
  }
  if (key.empty()) {
    return label == folder || !same_form(label, folder);
  }
  return names_folder(key, folder) && !same_form(label, key);
}

// Names of several patients and not of one: some have two modalities, or all count the same thing.
bool are_patients(const Cases& cases) {
  std::vector<std::string> keys;
  for (const auto& [key, files] : cases) {
    if (files.size() > 1 && !key.empty()) {
      return true;
    }
    if (!key.empty()) {
      keys.push_back(key);
    }
  }
  return keys.size() > 1 && std::ranges::all_of(keys, [&keys](const std::string& key) { return same_form(key, keys.front()); });
}

// The images of a folder whose names could be those of one patient or of several.
void refuse(const std::vector<fs::path>& files, const Cases& cases, Findings& findings) {
  std::vector<std::string> readings;
  for (const auto& [key, members] : cases) {
    readings.push_back(key.empty() ? "(no name)" : key);
  }
  refuse_readings(files, files.front().parent_path(), readings, findings);
}

void add_rest(const std::vector<fs::path>& files, const ModalityTable& table, bool with_suffix, Cases& cases,
              Findings& findings) {
  for (const fs::path& file : files) {
    const FileRole role = table.role(file);
    if (role.kind == FileRole::Kind::kModality) {
      continue;
    }
    const std::string key = with_suffix ? key_with_suffix(role, table) : key_of(role);
    auto owner = longest_start(cases, key);
    const bool label = role.kind == FileRole::Kind::kLabel;
    if (owner == cases.end() && (!label || (cases.size() == 1 && may_own(cases.begin()->first, key, folder_name(file))))) {
      owner = cases.begin();
    }
    if (owner != cases.end()) {
      owner->second.push_back(file);
    } else {
      findings.warn("label maps left out", file.filename().string(), "its name fits no study of its folder");
      findings.skip(file, "label maps whose name fits no study of their folder");
    }
  }
}

} // namespace

std::vector<CaseFiles> split_into_cases(const std::vector<fs::path>& files, const ModalityTable& table, Findings& findings) {
  Cases cases;
  std::set<std::string> modalities;
  bool repeated = false;
  for (const fs::path& file : files) {
    const FileRole role = table.role(file);
    if (role.kind == FileRole::Kind::kModality) {
      cases[key_of(role)].push_back(file);
      repeated |= !modalities.insert(role.name).second;
    }
  }
  if (cases.empty()) {
    return {{"", files}};
  }
  const SuffixReading suffixes =
      cases.size() == 1 ? read_suffixes(files, folder_name(files.front()), table, findings) : SuffixReading::kOneStudy;
  if (suffixes != SuffixReading::kOneStudy) {
    cases = by_suffix(cases.begin()->second, table);
  }
  if (suffixes == SuffixReading::kUnsure) {
    refuse(files, cases, findings);
    return {};
  }
  const bool own_folder =
      cases.size() == 2 && cases.contains("") && may_be_of_folder(cases.rbegin()->first, folder_name(files.front()));
  if (cases.size() > 1 && !repeated && own_folder) {
    return {{"", files}};
  }
  if (cases.size() > 1 && !repeated && !are_patients(cases)) {
    refuse(files, cases, findings);
    return {};
  }
  add_rest(files, table, suffixes == SuffixReading::kPatients, cases, findings);
  std::vector<CaseFiles> split_cases;
  for (auto& [key, members] : cases) {
    split_cases.push_back({key, std::move(members)});
  }
  return split_cases;
}

} // namespace brainmvp::study
