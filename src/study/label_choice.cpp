#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "io/image_file.h"
#include "study/case_draft.h"
#include "study/name_reading.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

// Spaces that are an image's own.
bool is_own_space(const std::string& space) {
  return space.empty() || space == "orig" || space == "native" || space == "individual" || space == "scanner" || space == "t1w" ||
         space == "t2w" || space == "flair" || space == "dwi";
}

bool has_entity(const fs::path& file, const std::string& entity) {
  const auto parts = split(to_lower(io::image_stem(file)), "_");
  return std::ranges::find(parts, entity) != parts.end();
}

void leave_out_other_spaces(CaseDraft& draft, Findings& findings) {
  std::set<std::string> spaces;
  for (const auto& [modality, file] : draft.images) {
    spaces.insert(entity_of(file, "space-"));
  }
  std::erase_if(draft.labels, [&](const fs::path& label) {
    const std::string space = entity_of(label, "space-");
    if (is_own_space(space) || spaces.contains(space)) {
      return false;
    }
    findings.warn("label maps left out", draft.id,
                  label.filename().string() + ": is in space-" + space +
                      ", and no image of the study is; use the label map of the " + "images' own space");
    findings.skip(label, "label maps in another space than the images");
    return true;
  });
}

void leave_out_beside_lesions(CaseDraft& draft, Findings& findings) {
  if (std::ranges::none_of(draft.labels, is_lesion_mask)) {
    return;
  }
  std::erase_if(draft.labels, [&findings](const fs::path& label) {
    if (is_lesion_mask(label)) {
      return false;
    }
    findings.skip(label, "label maps beside one whose name says that it is of a lesion");
    return true;
  });
}

void refuse_halves(CaseDraft& draft, Findings& findings) {
  const auto side = [&draft](const std::string& entity, const std::string& word) {
    return std::ranges::find_if(draft.labels, [&](const fs::path& label) {
      return has_entity(label, entity + word) || has_entity(label, entity + word.substr(0, 1));
    });
  };
  for (const std::string key : {"hemi-", "label-"}) {
    const auto left = side(key, "left");
    const auto right = side(key, "right");
    if (left != draft.labels.end() && right != draft.labels.end()) {
      findings.error("label maps left out", draft.id,
                     left->filename().string() + " and " + right->filename().string() +
                         " are the halves of one label map, or two of which one counts; join them in one file, or keep one");
      std::ranges::for_each(draft.labels, [&findings](const fs::path& label) { findings.use(label); });
      draft.labels.clear();
      return;
    }
    if (const auto half = left != draft.labels.end() ? left : right; half != draft.labels.end()) {
      findings.warn("label maps of one half (the other counts as background)", draft.id,
                    half->filename().string() + "; if the other half is labelled too, join them in one file");
    }
  }
}

// BIDS's dseg is of any structures, most often of tissues.
void warn_of_dseg(const CaseDraft& draft, Findings& findings) {
  for (const fs::path& label : draft.labels) {
    if (to_lower(io::image_stem(label)).ends_with("_dseg") && !is_lesion_mask(label)) {
      findings.warn("label maps that may be of tissues (dseg)", draft.id,
                    label.filename().string() + ": taken as the label map; if it is of something else than what is to be "
                                                "learned: --pattern skip=GLOB, or a mask named label-lesion");
    }
  }
}

} // namespace

std::string entity_of(const fs::path& file, std::string_view key) { return to_lower(entity_value(io::image_stem(file), key)); }

// "_label-lesion_mask", "_desc-T1lesion_mask", "_label-tumor_roi".
bool is_lesion_mask(const fs::path& file) {
  const std::string stem = to_lower(io::image_stem(file));
  if (!stem.ends_with("_mask") && !stem.ends_with("_roi") && !stem.ends_with("_dseg")) {
    return false;
  }
  const auto parts = split(stem, "_");
  return std::ranges::any_of(parts, [](const std::string& part) {
    const auto mentions = [&part](const char* word) { return part.find(word) != std::string::npos; };
    return (part.starts_with("label-") || part.starts_with("desc-")) &&
           (mentions("lesion") || mentions("tumor") || mentions("tumour") || mentions("infarct") || mentions("stroke"));
  });
}

bool is_tissue_map(const fs::path& file) {
  constexpr std::array<std::string_view, 7> kPipelines{"fmriprep", "smriprep", "freesurfer", "fastsurfer",
                                                       "synthseg", "ants",     "cat12"};
  const std::string desc = entity_of(file, "desc-");
  const bool of_pipeline = std::ranges::any_of(file.parent_path(), [&](const fs::path& part) {
    return std::ranges::any_of(kPipelines, [&](std::string_view name) { return to_lower(part.string()).starts_with(name); });
  });
  return !is_lesion_mask(file) && (of_pipeline || desc == "aseg" || desc == "aparcaseg" || !entity_of(file, "atlas-").empty());
}

void choose_labels(CaseDraft& draft, Findings& findings) {
  leave_out_other_spaces(draft, findings);
  leave_out_beside_lesions(draft, findings);
  refuse_halves(draft, findings);
  warn_of_dseg(draft, findings);
}

} // namespace brainmvp::study
