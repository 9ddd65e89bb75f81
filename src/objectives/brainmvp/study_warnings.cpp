#include "objectives/brainmvp/study_warnings.h"

#include "base/counted.h"
#include "base/log.h"
#include "base/text.h"
#include "store/crop_placement.h"

namespace brainmvp::objectives {
namespace {

// Studies with a single modality, whose view 2 is filled from the template in every phase.
void warn_of_single_modalities(const store::Store& store, const std::vector<std::size_t>& positions) {
  std::vector<std::string> ids;
  for (const std::size_t position : positions) {
    if (store.studies()[position].modalities().size() == 1) {
      ids.push_back(store.studies()[position].id());
    }
  }
  if (!ids.empty()) {
    log::warning(counted(ids.size(), "study has", "studies have") +
                 " one modality only, so that view 2 is filled from the template: " + join(ids, ", "));
  }
}

} // namespace

void warn_of_studies(const BrainMvpSettings& settings, const ObjectiveSetup& setup) {
  const std::size_t larger = store::count_larger_than(setup.store, setup.training, settings.template_size);
  if (larger > 0) {
    log::warning(std::to_string(larger) + " of " + counted(setup.training.size(), "study is", "studies are") +
                 " larger than the template grid: crops are drawn inside it, so that what lies beyond is never seen; raise "
                 "--template-size to see all of them");
  }
  if (settings.template_init == TemplateInit::kZero && !setup.has_init) {
    log::warning("templates start from zero, as the published code does: their first gradients are huge, and AdamW then holds "
                 "most voxels nearly still for thousands of steps; --template-init mean starts from the prepared studies");
  }
  if (settings.weights.distillation == 0 && settings.weights.reconstruction == 0 &&
      !setup.store.of_split(study::Split::kValidation).empty()) {
    log::warning("only the contrastive task is on, which validation does not measure: the validation loss is 0 and best.pt the "
                 "first one; use last.pt");
  }
  warn_of_single_modalities(setup.store, setup.training);
}

} // namespace brainmvp::objectives
