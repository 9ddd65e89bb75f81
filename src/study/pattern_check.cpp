#include "study/pattern_check.h"

#include <algorithm>
#include <string>
#include <vector>

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

constexpr const char* kUnfulfilled = "files that --pattern names, and that no study can have so";

// A study taken apart: each file with what it is taken for.
struct Part {
  std::string modality; // empty: the label map
  fs::path file;
};

std::vector<Part> parts_of(const Study& study) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < study.images.size(); ++i) {
    parts.push_back({study.modalities[i], study.images[i]});
  }
  if (study.label) {
    parts.push_back({"", *study.label});
  }
  return parts;
}

void put_together(Study& study, const std::vector<Part>& parts, Findings& findings) {
  study.images.clear();
  study.modalities.clear();
  study.label.reset();
  for (const Part& part : parts) {
    const bool taken = part.modality.empty() ? study.label.has_value()
                                             : std::ranges::find(study.modalities, part.modality) != study.modalities.end();
    if (taken) {
      findings.error(kUnfulfilled, study.id,
                     part.file.string() + ": left out, since the study has another " +
                         (part.modality.empty() ? "label map" : part.modality) + "; skip the other with --pattern skip=...");
    } else if (part.modality.empty()) {
      study.label = part.file;
    } else {
      study.modalities.push_back(part.modality);
      study.images.push_back(part.file);
    }
  }
}

void apply_to(Study& study, const ModalityTable& table, Findings& findings) {
  std::vector<Part> named; // by the user: they come first
  std::vector<Part> others;
  bool changed = false;
  for (Part& part : parts_of(study)) {
    if (table.pattern_of(part.file).empty()) {
      others.push_back(std::move(part));
      continue;
    }
    const FileRole role = table.role(part.file);
    changed |= role.kind == FileRole::Kind::kSkipped || (role.kind == FileRole::Kind::kLabel) != part.modality.empty() ||
               (role.kind == FileRole::Kind::kModality && role.name != part.modality);
    if (role.kind == FileRole::Kind::kSkipped) {
      findings.skip(part.file, role.name);
    } else {
      named.push_back({role.kind == FileRole::Kind::kLabel ? "" : role.name, part.file});
    }
  }
  if (changed) {
    named.insert(named.end(), others.begin(), others.end());
    put_together(study, named, findings);
  }
}

} // namespace

void apply_patterns(const ModalityTable& table, Findings& findings) {
  for (FoundStudy& found : findings.studies) {
    if (found.study.images.size() == found.study.modalities.size()) {
      apply_to(found.study, table, findings);
    }
  }
  std::erase_if(findings.studies, [](const FoundStudy& found) { return found.study.images.empty(); });
  for (const Skipped& skipped : std::vector(findings.skipped)) {
    if (!table.pattern_of(skipped.file).empty() && table.role(skipped.file).kind == FileRole::Kind::kModality) {
      findings.error(kUnfulfilled, skipped.file.filename().string(),
                     "left out all the same: " + skipped.reason +
                         "; another --layout takes it by its name, or list it in a studies file");
    }
  }
}

} // namespace brainmvp::study
