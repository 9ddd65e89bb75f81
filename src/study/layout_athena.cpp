#include <algorithm>

#include "base/text.h"
#include "io/image_file.h"
#include "study/case_draft.h"
#include "study/layout_readers.h"
#include "study/study_id.h"

namespace brainmvp::study {
namespace {

bool is_athena_head(const std::filesystem::path& file) {
  const std::string stem = to_lower(io::image_stem(file));
  return stem.starts_with("wssd") && stem.ends_with("_anat") && stem.find("_session_") != std::string::npos;
}

} // namespace

bool detect_athena(const Folder& folder, const ModalityTable&) { return std::ranges::any_of(folder.images, is_athena_head); }

void read_athena(const Folder& folder, const ModalityTable&, Findings& findings) {
  for (const auto& file : folder.images) {
    if (!is_athena_head(file)) {
      findings.skip(file, "functional means, tissue maps and time series of the Athena pipeline");
      continue;
    }
    const std::string stem = io::image_stem(file);
    constexpr std::size_t kStart = std::string_view("wssd").size();
    const std::string patient = stem.substr(kStart, stem.find("_session_") - kStart);
    const std::string id = stem.substr(kStart, stem.rfind('_') - kStart);
    add_study({.id = safe_id(id), .patient = patient, .dataset = "ADHD-200", .layout = "athena", .images = {{"t1", file}}},
              findings);
  }
}

} // namespace brainmvp::study
