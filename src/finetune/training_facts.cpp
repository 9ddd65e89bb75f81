#include "finetune/training_facts.h"

#include <algorithm>

#include "store/records.h"

namespace brainmvp::finetune {
namespace {

study::HeadKind head_of(const store::StoredStudy& study) {
  image::Volume volume{.size = study.size(), .affine = study.affine(), .data = {}};
  volume.data.resize(volume.voxels());
  study.copy_crop(study.modalities().front(), {0, 0, 0}, study.size(), store::Intensities::kUnclipped, volume.data);
  return study::head_kind(volume);
}

// The kind that all of some studies have, as far as it is known.
study::HeadKind heads_of(const store::Store& store, const std::vector<std::size_t>& positions) {
  constexpr std::size_t kMost = 12;
  study::HeadKind kind = study::HeadKind::kUnknown;
  for (std::size_t i = 0; i < positions.size(); i += positions.size() / kMost + 1) {
    const study::HeadKind found = head_of(store.studies()[positions[i]]);
    if (found != study::HeadKind::kUnknown && kind != study::HeadKind::kUnknown && found != kind) {
      return study::HeadKind::kUnknown;
    }
    kind = found == study::HeadKind::kUnknown ? kind : found;
  }
  return kind;
}

} // namespace

model::TrainingFacts facts_of_training(const std::filesystem::path& folder, const store::Store& store,
                                       const std::vector<std::size_t>& positions, const std::vector<std::string>& channels) {
  model::TrainingFacts facts{.heads = heads_of(store, positions), .one_grid = true, .always = channels};
  for (const std::size_t position : positions) {
    const store::StoredStudy& study = store.studies()[position];
    const store::StudyRecord record = store::read_study_record(folder / study.id());
    facts.largest_voxel_mm = std::max(facts.largest_voxel_mm, std::ranges::max(record.way_back.native.affine.spacing_mm()));
    facts.one_grid = facts.one_grid && std::ranges::none_of(record.distances, &store::GridDistance::interpolated);
    std::erase_if(facts.always, [&](const std::string& channel) { return std::ranges::count(study.modalities(), channel) == 0; });
  }
  return facts;
}

} // namespace brainmvp::finetune
