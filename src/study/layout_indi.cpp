#include <algorithm>

#include "base/text.h"
#include "study/case_draft.h"
#include "study/layout_readers.h"
#include "study/study_id.h"

namespace brainmvp::study {
namespace {

std::vector<const Folder*> children_named(const Folder& folder, std::string_view start) {
  std::vector<const Folder*> found;
  for (const auto& child : folder.folders) {
    if (to_lower(child->name()).starts_with(start)) {
      found.push_back(child.get());
    }
  }
  return found;
}

std::vector<const Folder*> anatomical_sessions(const Folder& subject) {
  std::vector<const Folder*> sessions = children_named(subject, "session_");
  std::erase_if(sessions, [](const Folder* session) { return children_named(*session, "anat_").empty(); });
  return sessions;
}

} // namespace

bool detect_indi_site(const Folder& folder, const ModalityTable&) { return !anatomical_sessions(folder).empty(); }

void read_indi_site(const Folder& folder, const ModalityTable& table, Findings& findings) {
  const std::vector<const Folder*> sessions = anatomical_sessions(folder);
  for (const Folder* session : sessions) {
    CaseDraft draft{.id = safe_id(folder.name() + (sessions.size() > 1 ? "_" + session->name() : "")),
                    .patient = folder.name(),
                    .dataset = folder.path.parent_path().filename().string(),
                    .layout = "indi_site"};
    for (const Folder* run : children_named(*session, "anat_")) {
      for (const auto& file : run->images) {
        add_file(file, table, draft, findings);
      }
    }
    add_study(std::move(draft), findings);
  }
}

} // namespace brainmvp::study
