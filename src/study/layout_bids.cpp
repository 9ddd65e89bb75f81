#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "io/image_file.h"
#include "study/case_draft.h"
#include "study/image_json.h"
#include "study/label_scheme.h"
#include "study/layout_readers.h"
#include "study/study_id.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

using LabelFiles = std::map<std::string, std::vector<fs::path>>; // "sub-01/ses-1" -> label maps in derivatives

constexpr std::array<std::string_view, 4> kImageFolders{"anat", "dwi", "swi", "perf"};

bool is_image_folder(const Folder& folder) {
  return std::ranges::find(kImageFolders, to_lower(folder.name())) != kImageFolders.end();
}

bool is_subject(const Folder& folder) { return folder.name().starts_with("sub-"); }

bool is_session(const Folder& folder) { return folder.name().starts_with("ses-"); }

std::vector<const Folder*> children(const Folder& folder, bool (*wanted)(const Folder&)) {
  std::vector<const Folder*> found;
  for (const auto& child : folder.folders) {
    if (wanted(*child)) {
      found.push_back(child.get());
    }
  }
  return found;
}

// Subjects below a folder, or the folder itself when it is one.
std::vector<const Folder*> subjects_of(const Folder& folder) {
  return is_subject(folder) ? std::vector{&folder} : children(folder, is_subject);
}

std::vector<const Folder*> sessions_of(const Folder& subject) {
  std::vector<const Folder*> sessions = children(subject, is_session);
  return sessions.empty() ? std::vector{&subject} : sessions;
}

bool holds_image_folder(const Folder& session) { return !children(session, is_image_folder).empty(); }

bool holds_session_with(const Folder& subject, bool (*wanted)(const Folder&)) {
  return std::ranges::any_of(sessions_of(subject), [&](const Folder* session) { return wanted(*session); });
}

// A mask counts only when its entities say that it is of a lesion.
bool is_label(const fs::path& file, const ModalityTable& table) {
  const FileRole role = table.role(file);
  return (role.kind == FileRole::Kind::kLabel && role.remark.empty()) || is_lesion_mask(file);
}

// Whether a file stands in one subject's (or session's) folder and is named as another's.
bool names_other(const fs::path& file, std::string_view key, const std::string& folder) {
  const std::string own = entity_of(file, key);
  return !own.empty() && !folder.empty() && std::string(key) + own != to_lower(folder);
}

// "sub-01" (or "ses-1") of the folders that a file stands in.
std::string entity_of_folders(const fs::path& file, std::string_view key) {
  std::string found;
  for (const fs::path& part : file.parent_path()) {
    found = part.string().starts_with(key) ? part.string() : found;
  }
  return found;
}

// Leaves out, with an error, a file whose name and folders disagree about the subject or the session.
bool leave_out_misplaced(const fs::path& file, Findings& findings) {
  for (const auto& [key, kind] :
       {std::pair("sub-", "files in another subject's folder"), {"ses-", "files in another session's folder"}}) {
    const std::string folder = entity_of_folders(file, key);
    if (names_other(file, key, folder)) {
      findings.error(kind, folder, file.filename().string() + ": left out; move or rename it");
      findings.use(file);
      return true;
    }
  }
  return false;
}

// "sub-01/ses-1" from the folders of a path and the file's name, "sub-01" without a session.
std::string session_key(const fs::path& file) {
  std::string subject;
  std::string session;
  std::vector<std::string> names;
  for (const fs::path& part : file.parent_path()) {
    names.push_back(part.string());
  }
  if (entity_of_folders(file, "sub-").empty()) {
    for (const std::string& part : split(io::image_stem(file), "_")) {
      names.push_back(part);
    }
  }
  for (const std::string& name : names) {
    subject = name.starts_with("sub-") ? name : subject;
    session = name.starts_with("ses-") ? "/" + name : session;
  }
  return subject + session;
}

LabelFiles labels_in(const Folder* derivatives, const ModalityTable& table, Findings& findings) {
  LabelFiles labels;
  for (const fs::path& file : derivatives != nullptr ? derivatives->all_images() : std::vector<fs::path>{}) {
    if (const FileRole role = table.role(file); role.name == kPredictions) {
      findings.skip(file, role.name);
    } else if (is_label(file, table) && is_tissue_map(file)) {
      findings.skip(file, "tissue maps of pipelines, which are of no lesion");
    } else if (!is_label(file, table)) {
      findings.skip(file, "derivatives other than label maps");
    } else if (!leave_out_misplaced(file, findings)) {
      labels[session_key(file)].push_back(file);
    }
  }
  return labels;
}

// Raw diffusion series come with their b-values beside them.
bool has_b_values(const fs::path& file) {
  std::error_code error;
  return fs::exists(file.parent_path() / (io::image_stem(file) + ".bval"), error);
}

void add_images(const Folder& session, const ModalityTable& table, CaseDraft& draft, Findings& findings) {
  std::vector<fs::path> files = session.images;
  for (const Folder* folder : children(session, is_image_folder)) {
    files.insert(files.end(), folder->images.begin(), folder->images.end());
  }
  for (const fs::path& file : without_spm_outputs(files, table, findings)) {
    if (leave_out_misplaced(file, findings)) {
      continue;
    }
    if (is_label(file, table)) {
      draft.labels.push_back(file);
    } else if (has_b_values(file)) {
      findings.skip(file, "diffusion series (a .bval file is beside them)");
    } else {
      add_file(file, table, draft, findings);
    }
  }
}

void add_session(const Folder& subject, const Folder& session, LabelFiles& labels, const CaseDraft& common,
                 const ModalityTable& table, Findings& findings) {
  CaseDraft draft = common;
  const bool own = &subject == &session;
  draft.id = safe_id(own ? subject.name() : subject.name() + "_" + session.name());
  add_images(session, table, draft, findings);
  auto found = labels.find(own ? subject.name() : subject.name() + "/" + session.name());
  if (found == labels.end() && sessions_of(subject).size() == 1) {
    found = labels.find(subject.name());
  }
  if (found != labels.end()) {
    draft.labels.insert(draft.labels.end(), found->second.begin(), found->second.end());
    labels.erase(found);
  }
  add_study(std::move(draft), findings);
}

void read_subjects(const Folder& subjects, const Folder* derivatives, const CaseDraft& common, const ModalityTable& table,
                   Findings& findings) {
  LabelFiles labels = labels_in(derivatives, table, findings);
  for (const Folder* subject : subjects_of(subjects)) {
    for (const Folder* session : sessions_of(*subject)) {
      add_session(*subject, *session, labels, common, table, findings);
    }
  }
  for (const auto& [key, files] : labels) {
    for (const fs::path& file : files) {
      findings.skip(file, "label maps without an image");
    }
  }
}

bool is_stroke_case(const Folder& folder) { return to_lower(folder.name()).starts_with("sub-strokecase"); }

CaseDraft isles_draft(const Folder& folder, const Folder& subjects, const char* layout) {
  CaseDraft draft{.dataset = is_subject(folder) ? folder.path.parent_path().filename().string() : folder.name(),
                  .layout = layout};
  if (std::ranges::all_of(subjects_of(subjects), [](const Folder* subject) { return is_stroke_case(*subject); })) {
    draft.dataset = "ISLES2022";
    draft.schemes = {std::string(kIsles2022)};
  }
  return draft;
}

} // namespace

bool detect_bids(const Folder& folder, const ModalityTable&) {
  return std::ranges::any_of(subjects_of(folder),
                             [](const Folder* subject) { return holds_session_with(*subject, holds_image_folder); });
}

void read_bids(const Folder& folder, const ModalityTable& table, Findings& findings) {
  const CaseDraft common{.dataset = is_subject(folder) ? folder.path.parent_path().filename().string() : folder.name(),
                         .layout = "bids"};
  read_subjects(folder, folder.child("derivatives"), common, table, findings);
}

bool detect_isles_bids(const Folder& folder, const ModalityTable&) {
  return std::ranges::any_of(subjects_of(folder), [](const Folder* subject) { return is_stroke_case(*subject); });
}

void read_isles_bids(const Folder& folder, const ModalityTable& table, Findings& findings) {
  const Folder* derivatives = folder.child("derivatives");
  if (derivatives == nullptr && folder.parent != nullptr) { // unpacked into a folder of the same name
    derivatives = folder.parent->child("derivatives");
  }
  read_subjects(folder, derivatives != &folder ? derivatives : nullptr, isles_draft(folder, folder, "isles_bids"), table,
                findings);
}

bool detect_isles_rawdata(const Folder& folder, const ModalityTable&) {
  const Folder* raw = folder.child("rawdata");
  return raw != nullptr && !children(*raw, is_subject).empty();
}

void read_isles_rawdata(const Folder& folder, const ModalityTable& table, Findings& findings) {
  const Folder& raw = *folder.child("rawdata");
  read_subjects(raw, folder.child("derivatives"), isles_draft(folder, raw, "isles_rawdata"), table, findings);
}

} // namespace brainmvp::study
