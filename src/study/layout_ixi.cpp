#include <algorithm>
#include <map>
#include <regex>

#include "base/text.h"
#include "io/image_file.h"
#include "study/case_draft.h"
#include "study/layout_readers.h"
#include "study/study_id.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

struct IxiName {
  std::string subject; // "IXI002-Guys-0828"
  std::string rest;    // "T1", "DTI-00"
};

std::optional<IxiName> parse(const fs::path& file) {
  static const std::regex pattern("(IXI[0-9]{3}-[A-Za-z]+-[0-9]+)[-_](.+)", std::regex::icase);
  const std::string stem = io::image_stem(file);
  std::smatch match;
  return std::regex_match(stem, match, pattern) ? std::optional(IxiName{match[1], match[2]}) : std::nullopt;
}

bool holds_ixi_files(const Folder& folder) {
  return std::ranges::any_of(folder.images, [](const fs::path& file) { return parse(file).has_value(); });
}

// Studies of earlier folders ("IXI-T1" and "IXI-T2" given one by one) go on growing.
std::map<std::string, CaseDraft> take_back_drafts(Findings& findings) {
  std::map<std::string, CaseDraft> drafts;
  std::erase_if(findings.studies, [&](const FoundStudy& found) {
    if (found.layout != "ixi_by_modality") {
      return false;
    }
    CaseDraft& draft = drafts[found.study.id];
    draft = {.id = found.study.id, .dataset = found.study.dataset, .layout = found.layout};
    for (std::size_t i = 0; i < found.study.images.size(); ++i) {
      draft.images.emplace_back(found.study.modalities[i], found.study.images[i]);
    }
    return true;
  });
  return drafts;
}

} // namespace

bool detect_ixi_by_modality(const Folder& folder, const ModalityTable&) {
  return holds_ixi_files(folder) || std::ranges::any_of(folder.folders, [](const auto& child) {
           return to_lower(child->name()).starts_with("ixi-") && holds_ixi_files(*child);
         });
}

void read_ixi_by_modality(const Folder& folder, const ModalityTable& table, Findings& findings) {
  std::map<std::string, CaseDraft> drafts = take_back_drafts(findings);
  for (const fs::path& file : folder.all_images()) {
    const auto name = parse(file);
    if (!name) {
      continue;
    }
    if (to_lower(name->rest).starts_with("dti")) {
      findings.skip(file, "volumes of diffusion series");
      continue;
    }
    CaseDraft& draft = drafts[safe_id(name->subject)];
    draft.id = safe_id(name->subject);
    draft.dataset = "IXI";
    draft.layout = "ixi_by_modality";
    add_file(file, table, draft, findings);
  }
  for (auto& [id, draft] : drafts) {
    add_study(std::move(draft), findings);
  }
}

} // namespace brainmvp::study
