#include <algorithm>
#include <map>
#include <regex>

#include "base/text.h"
#include "io/image_file.h"
#include "study/case_draft.h"
#include "study/label_scheme.h"
#include "study/layout_readers.h"
#include "study/study_id.h"

namespace brainmvp::study {
namespace {

// "100101A", the visit A of the patient 100101; empty for other files.
std::string met_visit(const std::filesystem::path& file) {
  static const std::regex form("([0-9]{6}[A-Z])_.+");
  std::smatch match;
  const std::string stem = io::image_stem(file);
  return std::regex_match(stem, match, form) ? match[1].str() : "";
}

bool is_met_file(const std::filesystem::path& file) {
  const std::string stem = to_lower(io::image_stem(file));
  return !met_visit(file).empty() && (stem.ends_with("_t1post") || stem.ends_with("_t1pre"));
}

bool has_brats_labels(const std::filesystem::path& file) { return to_lower(io::image_stem(file)).ends_with("brats-seg"); }

} // namespace

bool detect_ucsf_met(const Folder& folder, const ModalityTable&) { return std::ranges::any_of(folder.images, is_met_file); }

void read_ucsf_met(const Folder& folder, const ModalityTable& table, Findings& findings) {
  std::map<std::string, CaseDraft> visits;
  for (const auto& file : folder.images) {
    const std::string visit = met_visit(file);
    if (visit.empty()) {
      findings.skip(file, "files whose name is no visit's (100101A_T1post)");
      continue;
    }
    CaseDraft& draft = visits[visit];
    draft.id = safe_id(visit);
    draft.patient = visit.substr(0, visit.size() - 1);
    draft.dataset = "UCSF-BMSR";
    draft.layout = "ucsf_met";
    add_file(file, table, draft, findings);
  }
  for (auto& [visit, draft] : visits) {
    if (std::ranges::any_of(draft.labels, has_brats_labels)) {
      draft.schemes = {std::string(kBrats2023)};
      std::erase_if(draft.labels, [&](const auto& label) {
        if (!has_brats_labels(label)) {
          findings.skip(label, "masks of enhancing tumour beside the labels of BraTS");
        }
        return !has_brats_labels(label);
      });
    }
    add_study(std::move(draft), findings);
  }
}

} // namespace brainmvp::study
