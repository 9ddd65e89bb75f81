// Images whose values are known in every place, and studies of them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "image/volume.h"
#include "study/studies_file.h"

namespace brainmvp::test {

inline study::Study study_of(const std::filesystem::path& folder, const std::vector<std::string>& files,
                             const std::vector<std::string>& modalities) {
  study::Study study;
  study.id = folder.filename().string();
  for (const std::string& file : files) {
    study.images.push_back(folder / file);
  }
  study.modalities = modalities;
  return study;
}

inline image::Affine diagonal(const image::Vector& spacing, const image::Vector& origin) {
  return {.matrix = {{{spacing[0], 0, 0}, {0, spacing[1], 0}, {0, 0, spacing[2]}}}, .translation = origin};
}

// A volume whose values are a function of the place in mm.
template <class Function>
image::Volume field(const image::Size& size, const image::Affine& affine, Function function) {
  image::Volume volume{.size = size, .affine = affine, .data = {}};
  for (std::size_t k = 0; k < size[2]; ++k) {
    for (std::size_t j = 0; j < size[1]; ++j) {
      for (std::size_t i = 0; i < size[0]; ++i) {
        volume.data.push_back(
            static_cast<float>(function(affine.apply({static_cast<double>(i), static_cast<double>(j), static_cast<double>(k)}))));
      }
    }
  }
  return volume;
}

inline double ramp(const image::Vector& mm) { return 500 + 3 * mm[0] + 2 * mm[1] - mm[2]; }

inline image::LabelVolume label_of(const image::Volume& volume, std::int32_t inside) {
  image::LabelVolume label{.size = volume.size, .affine = volume.affine, .data = {}};
  label.data.resize(volume.data.size());
  label.data[volume.index(5, 6, 7)] = inside;
  return label;
}

} // namespace brainmvp::test
