// A folder of images that a collection numbers: "t1@0007.nii.gz".
#include "study/layout.h"
#include "io/image_file.h"
#include "study/case_draft.h"

namespace example {
using namespace brainmvp;

bool is_numbered(const std::filesystem::path& file) { return file.filename().string().find('@') != std::string::npos; }

bool detect_numbered(const study::Folder& folder, const study::ModalityTable&) {
  return std::ranges::any_of(folder.images, is_numbered);
}

void read_numbered(const study::Folder& folder, const study::ModalityTable& table, study::Findings& findings) {
  std::map<std::string, study::CaseDraft> studies; // by their number
  for (const std::filesystem::path& file : folder.images) {
    const std::string stem = io::image_stem(file);
    const std::size_t at = stem.find('@');
    if (const auto modality = table.canonical(stem.substr(0, at)); modality && at != std::string::npos) {
      const std::string number = stem.substr(at + 1);
      study::CaseDraft& draft = studies[number];
      draft.id = number;
      draft.dataset = folder.name();
      draft.layout = "numbered";
      draft.images.emplace_back(*modality, file);
    }
  }
  for (auto& [number, draft] : studies) {
    study::add_study(std::move(draft), findings);
  }
}

void add_numbered() { study::add_layout({"numbered", "t1@0007.nii.gz", false, detect_numbered, read_numbered}); }

} // namespace example
