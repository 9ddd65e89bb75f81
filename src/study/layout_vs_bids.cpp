#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/text.h"
#include "io/image_file.h"
#include "study/case_draft.h"
#include "study/label_scheme.h"
#include "study/layout_readers.h"
#include "study/study_id.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

// All T1 images of the collection are with contrast, though their names do not say so.
struct SchwannomaContrast {
  std::string_view modality;
  std::string_view suffix;
};
constexpr SchwannomaContrast kSchwannomaT1{.modality = "t1c", .suffix = "T1w"};
constexpr SchwannomaContrast kSchwannomaT2{.modality = "t2", .suffix = "T2w"};

std::string masks_of(const SchwannomaContrast& contrast) {
  return "manual_segmentation_masks_of_" + std::string(contrast.suffix);
}

bool is_schwannoma_subject(const Folder& folder) { return folder.name().starts_with("sub-"); }

// The first image of the subject below a folder of the set whose name ends so; empty when there is none.
fs::path file_of_subject(const Folder* set, const std::string& subject, std::string_view ending) {
  const Folder* folder = set != nullptr ? set->child(subject) : nullptr;
  const std::vector<fs::path> files = folder != nullptr ? folder->all_images() : std::vector<fs::path>{};
  const auto found = std::ranges::find_if(
      files, [&](const fs::path& file) { return to_lower(io::image_stem(file)).ends_with(to_lower(std::string(ending))); });
  return found == files.end() ? fs::path() : *found;
}

class SchwannomaSubject {
public:
  SchwannomaSubject(const Folder& set, std::string name) : set_(set), name_(std::move(name)) {}

  // The mask of T1 counts where both are there, as in the authors' other form of the set.
  void read(Findings& findings) const {
    const bool on_t1 = mask(kSchwannomaT2).empty() || (!mask(kSchwannomaT1).empty() && !raw(kSchwannomaT1).empty());
    add(on_t1 ? kSchwannomaT1 : kSchwannomaT2, on_t1 ? kSchwannomaT2 : kSchwannomaT1, findings);
  }

private:
  [[nodiscard]] const Folder* derivative(const std::string& name) const {
    const Folder* derivatives = set_.child("derivatives");
    return derivatives != nullptr ? derivatives->child(name) : nullptr;
  }
  [[nodiscard]] fs::path raw(const SchwannomaContrast& contrast) const {
    return file_of_subject(&set_, name_, "_" + std::string(contrast.suffix));
  }
  [[nodiscard]] fs::path mask(const SchwannomaContrast& contrast) const {
    return file_of_subject(derivative(masks_of(contrast)), name_, "_mask");
  }
  // `contrast` on the grid of `grid`, as the authors resampled it.
  [[nodiscard]] fs::path registered(const SchwannomaContrast& contrast, const SchwannomaContrast& grid) const {
    const std::string suffix(contrast.suffix);
    return file_of_subject(derivative(suffix + "_registered_to_" + std::string(grid.suffix)), name_, "_" + suffix);
  }
  void add(const SchwannomaContrast& grid, const SchwannomaContrast& other, Findings& findings) const;

  const Folder& set_;
  std::string name_;
};

// The mask of `grid`, and both images, on that grid where they are there.
void SchwannomaSubject::add(const SchwannomaContrast& grid, const SchwannomaContrast& other, Findings& findings) const {
  CaseDraft draft{.id = safe_id(name_), .dataset = "VS-SEG", .layout = "vs_bids", .schemes = {std::string(kSchwannoma)}};
  const auto add_image = [&](const SchwannomaContrast& contrast, const fs::path& file) {
    if (!file.empty()) {
      draft.images.emplace_back(contrast.modality, file);
    }
  };
  const fs::path resampled = registered(other, grid);
  add_image(grid, raw(grid));
  add_image(other, resampled.empty() ? raw(other) : resampled);
  if (!resampled.empty() && !raw(other).empty()) {
    findings.skip(raw(other), "the same image on its own grid (that on the label's is used)");
  }
  if (const fs::path label = mask(grid); !label.empty()) {
    draft.labels.push_back(label);
  }
  if (const fs::path left_out = mask(other); !left_out.empty()) {
    findings.skip(left_out, "the same label on the grid of the other image (that of " + std::string(grid.suffix) + " is used)");
  }
  add_study(std::move(draft), findings);
}

// The authors' script writes this name into the set's description.
bool names_collection(const fs::path& description) {
  std::error_code error;
  if (!fs::is_regular_file(description, error)) {
    return false;
  }
  std::ifstream stream(description, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  return text.find("Vestibular-Schwannoma-SEG") != std::string::npos;
}

} // namespace

bool detect_vs_bids(const Folder& folder, const ModalityTable&) {
  if (std::ranges::none_of(folder.folders, [](const auto& child) { return is_schwannoma_subject(*child); })) {
    return false;
  }
  const Folder* derivatives = folder.child("derivatives");
  return (derivatives != nullptr &&
          (derivatives->child(masks_of(kSchwannomaT1)) != nullptr || derivatives->child(masks_of(kSchwannomaT2)) != nullptr)) ||
         names_collection(folder.path / "dataset_description.json");
}

void read_vs_bids(const Folder& folder, const ModalityTable&, Findings& findings) {
  for (const auto& child : folder.folders) {
    if (is_schwannoma_subject(*child)) {
      SchwannomaSubject(folder, child->name()).read(findings);
    }
  }
}

} // namespace brainmvp::study
