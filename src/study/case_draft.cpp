#include "study/case_draft.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <tuple>

#include "base/text.h"
#include "io/image_file.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

constexpr std::array<std::string_view, 9> kQualifiers{"acq-",  "rec-",   "run-", "echo-", "part-",
                                                      "desc-", "space-", "res-", "mod-"};

bool is_qualifier(const std::string& part) {
  return std::ranges::any_of(kQualifiers, [&](std::string_view key) { return to_lower(part).starts_with(key); });
}

// Smaller is plainer.
std::tuple<std::size_t, int, std::size_t, std::string> plainness(const fs::path& file) {
  std::size_t qualifiers = 0;
  int run = 0;
  for (const std::string& part : split(io::image_stem(file), "_")) {
    if (to_lower(part).starts_with("run-")) {
      std::from_chars(part.data() + 4, part.data() + part.size(), run);
    } else if (is_qualifier(part)) {
      ++qualifiers;
    }
  }
  return {qualifiers, run, file.filename().string().size(), file.string()};
}

// The plainest of `files`; the others are named in a warning.
fs::path choose(const std::vector<fs::path>& files, const std::string& what, const std::string& id, Findings& findings) {
  const auto best = std::ranges::min_element(files, {}, plainness);
  std::vector<std::string> others;
  for (const fs::path& file : files) {
    findings.use(file);
    if (file != *best) {
      others.push_back(file.filename().string());
    }
  }
  if (!others.empty()) {
    findings.warn("several files of one kind in a study (the plainest name is used)", id,
                  what + ": " + best->filename().string() + " used, not " + join(others, ", "));
  }
  return *best;
}

std::size_t order_of(const std::string& modality) { return main_index(modality).value_or(kMainModalities.size()); }

} // namespace

void add_file(const fs::path& file, const ModalityTable& table, CaseDraft& draft, Findings& findings) {
  const FileRole role = table.role(file);
  if (!role.remark.empty()) {
    findings.warn("names with more than one reading (--pattern NAME=GLOB decides)", file.filename().string(), role.remark);
  }
  switch (role.kind) {
  case FileRole::Kind::kModality:
    draft.images.emplace_back(role.name, file);
    break;
  case FileRole::Kind::kLabel:
    draft.labels.push_back(file);
    break;
  case FileRole::Kind::kSkipped:
    findings.skip(file, role.name);
    break;
  case FileRole::Kind::kUnknown:
    findings.skip(file, "names that say no known modality (--pattern NAME=GLOB decides, --modalities FILE adds words)");
    break;
  }
}

void add_study(CaseDraft draft, Findings& findings) {
  if (draft.images.empty()) {
    for (const fs::path& label : draft.labels) {
      if (!findings.explains(label)) {
        findings.skip(label, "label maps without an image");
      }
    }
    return;
  }
  choose_labels(draft, findings);
  std::map<std::pair<std::size_t, std::string>, std::vector<fs::path>> files;
  for (const auto& [modality, file] : draft.images) {
    files[{order_of(modality), modality}].push_back(file);
  }
  Study study{
      .id = draft.id, .patient = draft.patient, .split = draft.split, .class_name = draft.class_name, .dataset = draft.dataset};
  for (const auto& [key, of_modality] : files) {
    study.modalities.push_back(key.second);
    study.images.push_back(choose(of_modality, key.second, draft.id, findings));
  }
  if (!draft.labels.empty()) {
    study.label = choose(draft.labels, "label", draft.id, findings);
  }
  findings.studies.push_back({std::move(study), draft.layout, std::move(draft.schemes)});
}

std::string plain_prefix(const std::string& prefix) {
  std::vector<std::string> kept;
  for (const std::string& part : split(prefix, "_")) {
    if (!is_qualifier(part)) {
      kept.push_back(part);
    }
  }
  return join(kept, "_");
}

} // namespace brainmvp::study
