#include "store/study_images.h"

namespace brainmvp::store {

StudyImages files_as_images(const study::Study& study) {
  StudyImages images{.images = std::vector<io::ImageSource>(study.images.begin(), study.images.end()),
                     .modalities = study.modalities};
  if (study.label) {
    images.label = *study.label;
  }
  return images;
}

} // namespace brainmvp::store
