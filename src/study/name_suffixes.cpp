#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "study/case_draft.h"
#include "study/name_reading.h"
#include "study/patient_words.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

using Groups = std::map<std::string, std::set<std::string>>;

constexpr std::string_view kDigits = "0123456789";

bool counts_patients(const std::string& words) {
  const std::string lower = to_lower(words);
  const bool of_image = lower.starts_with("run") || lower.starts_with("echo") || lower.starts_with("series");
  return !of_image && (lower.find_first_of(kDigits) != std::string::npos || lower.starts_with("pat") ||
                       lower.starts_with("sub") || lower.starts_with("case"));
}

// As scanners and dcm2niix count the series of a visit: 3, 12, 301, 1201.
bool is_series_number(const std::string& words) {
  const std::string last = split(words, "_").back();
  return !last.empty() && last.find_first_not_of(kDigits) == std::string::npos && last[0] != '0' &&
         (last.size() <= 2 || (last.size() <= 4 && last.ends_with("01")));
}

bool is_one_digit(const std::string& words) { return words.size() == 1; }

bool holds_several(const Groups& groups) {
  return std::ranges::any_of(groups, [](const auto& group) { return group.second.size() > 1; });
}

bool all_keys(const Groups& groups, bool (*wanted)(const std::string&)) {
  return std::ranges::all_of(groups, [wanted](const auto& group) { return wanted(group.first); });
}

} // namespace

SuffixReading read_suffixes(const std::vector<fs::path>& files, const std::string& folder, const ModalityTable& table,
                            Findings& findings) {
  Groups modalities; // by suffix
  Groups suffixes;   // by modality
  std::string before;
  bool all = true;
  for (const fs::path& file : files) {
    const FileRole role = table.role(file);
    if (role.kind != FileRole::Kind::kModality) {
      continue;
    }
    before = patient_words(plain_prefix(role.prefix));
    if (counts_patients(role.suffix)) {
      modalities[role.suffix].insert(role.name);
      suffixes[role.name].insert(role.suffix);
    } else {
      all = false;
    }
  }
  const bool named = !before.empty() && to_lower(folder).find(to_lower(before)) != std::string::npos;
  if (modalities.size() < 2 || named) {
    return SuffixReading::kOneStudy;
  }
  const bool repeated = holds_several(modalities) && holds_several(suffixes);
  if (repeated && !all_keys(modalities, is_one_digit)) {
    return SuffixReading::kPatients;
  }
  if (!all || counts_patients(before)) {
    return SuffixReading::kOneStudy;
  }
  if (repeated || !all_keys(modalities, is_series_number)) {
    return SuffixReading::kUnsure;
  }
  findings.warn("numbers after the modality, taken as those of one study's series", folder,
                "if they are of patients, name the files <patient>_<modality>");
  return SuffixReading::kOneStudy;
}

std::string key_with_suffix(const FileRole& role, const ModalityTable& table) {
  const FileRole named = role.suffix.empty() ? read_name(table, role.prefix) : role;
  const bool known = named.kind == FileRole::Kind::kModality || named.kind == FileRole::Kind::kLabel;
  const FileRole& used = known ? named : role;
  const std::string before = patient_words(plain_prefix(used.prefix));
  return before + (before.empty() || used.suffix.empty() ? "" : "_") + used.suffix;
}

void refuse_readings(const std::vector<fs::path>& files, const fs::path& folder, const std::vector<std::string>& readings,
                     Findings& findings) {
  for (const fs::path& file : files) {
    findings.use(file);
  }
  findings.error("studies left out", folder.string(),
                 "its images may be one study, or studies of the patients " + join(readings, ", ") +
                     "; name the files <patient>_<modality>, or give each patient a folder, or list them in a studies file");
}

} // namespace brainmvp::study
