#include "study/study_id.h"

#include <algorithm>
#include <array>
#include <map>
#include <regex>
#include <set>

#include "base/text.h"
#include "study/modality.h"
#include "study/patient_words.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kLongestId = 200;               // bytes; file systems allow 255, and temporary names add some
constexpr std::string_view kStoreFile = "store.json"; // stands beside the studies' folders in a store
constexpr std::size_t kMostParents = 8;               // folders that an id may take into its name

bool forbidden(char c) { return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// Length of the common start of two texts, cut back to the end of a word of both.
std::size_t common_words(std::string_view a, std::string_view b) {
  const auto [in_a, in_b] = std::ranges::mismatch(a, b);
  const auto at = static_cast<std::size_t>(in_a - a.begin());
  const auto ends_word = [at](std::string_view text) { return at == text.size() || kNameSeparators.find(text[at]) != text.npos; };
  if (ends_word(a) && ends_word(b)) {
    return at;
  }
  const std::size_t separator = a.substr(0, at).find_last_of(kNameSeparators);
  return separator == std::string_view::npos ? 0 : separator;
}

std::map<std::string, std::size_t> count_ids(const std::vector<Study>& studies) {
  std::map<std::string, std::size_t> counts;
  for (const Study& study : studies) {
    ++counts[study.id];
  }
  return counts;
}

// Puts the next parent folder whose name the id does not have yet before it.
void qualify(std::string& id, fs::path& folder) {
  while (folder.has_filename() && id.find(safe_id(folder.filename().string())) != std::string::npos) {
    folder = folder.parent_path();
  }
  if (folder.has_filename()) {
    id = safe_id(folder.filename().string() + "_" + id);
    folder = folder.parent_path();
  }
}

} // namespace

std::string patient_of(const Study& study) {
  static const std::array<std::regex, 5> forms{
      std::regex("(.*BraTS-[A-Za-z0-9]+-[0-9]+)-[0-9]+"), std::regex("((?:.*_)?sub-[^_]+)_.*"),
      std::regex("(?:.*_)?([0-9]{3}_S_[0-9]{4})(?:_.*)?"), std::regex("(.*UPENN-GBM-[0-9]+)_[0-9]+"),
      std::regex("(.*UCSF-PDGM-[0-9]+)_FU.*")};
  if (!study.patient.empty()) {
    return study.patient;
  }
  for (const std::regex& form : forms) {
    std::smatch match;
    if (std::regex_match(study.id, match, form)) {
      return match[1];
    }
  }
  return without_visit(study.id);
}

bool is_safe_id(std::string_view id) {
  return !id.empty() && id != kStoreFile && id.size() <= kLongestId && id.front() != '.' && id.front() != ' ' &&
         std::ranges::none_of(id, forbidden);
}

std::string safe_id(std::string_view text) {
  std::string id(text);
  std::ranges::replace_if(id, forbidden, '_');
  id.erase(0, std::min(id.find_first_not_of(". "), id.size()));
  if (id.size() > kLongestId) {
    std::size_t end = kLongestId;
    while (end > 0 && (static_cast<unsigned char>(id[end]) & 0xC0U) == 0x80U) { // never inside a UTF-8 character
      --end;
    }
    id.resize(end);
  }
  return id.empty() ? "study" : id == kStoreFile ? id + "_" : id;
}

std::string id_from_files(const std::vector<fs::path>& images, const ModalityTable& table) {
  std::string shared = table.role(images.front()).prefix;
  for (const fs::path& image : images) {
    shared.resize(common_words(shared, table.role(image).prefix));
  }
  shared.erase(shared.find_last_not_of(kNameSeparators) + 1);
  return safe_id(shared.empty() ? images.front().parent_path().filename().string() : shared);
}

void make_ids_unique(std::vector<Study>& studies, const std::vector<bool>& fixed) {
  const auto may_change = [&fixed](std::size_t i) { return i >= fixed.size() || !fixed[i]; };
  std::vector<fs::path> folders;
  for (const Study& study : studies) {
    folders.push_back(study.images.front().parent_path());
  }
  for (std::size_t round = 0; round < kMostParents; ++round) {
    const auto counts = count_ids(studies);
    for (std::size_t i = 0; i < studies.size(); ++i) {
      if (may_change(i) && counts.at(studies[i].id) > 1) {
        qualify(studies[i].id, folders[i]);
      }
    }
  }
  std::set<std::string> taken;
  for (std::size_t i = 0; i < studies.size(); ++i) {
    if (!may_change(i)) {
      taken.insert(studies[i].id);
    }
  }
  for (std::size_t i = 0; i < studies.size(); ++i) {
    if (!may_change(i)) {
      continue;
    }
    const std::string stem = studies[i].id;
    for (std::size_t number = 2; !taken.insert(studies[i].id).second; ++number) {
      studies[i].id = stem + "_" + std::to_string(number);
    }
  }
}

} // namespace brainmvp::study
