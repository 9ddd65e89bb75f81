// Stores written byte by byte, so that reading is tested without the code that writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "image/volume.h"
#include "store/records.h"
#include "support/support.h"

namespace brainmvp::test {

template <class Stored>
std::string nifti_bytes(const image::Size& size, const std::vector<Stored>& values) {
  std::string bytes(352, '\0');
  const auto put = [&bytes](std::size_t offset, auto value) { std::memcpy(bytes.data() + offset, &value, sizeof value); };
  put(0, std::int32_t{348});
  put(40, std::int16_t{3});
  for (std::size_t axis = 0; axis < 3; ++axis) {
    put(42 + 2 * axis, static_cast<std::int16_t>(size[axis]));
  }
  put(70, static_cast<std::int16_t>(sizeof(Stored) == 2 ? 4 : 2));
  put(72, static_cast<std::int16_t>(8 * sizeof(Stored)));
  put(108, 352.0F);
  put(112, sizeof(Stored) == 2 ? 1.0F / store::kStoredOne : 1.0F);
  std::memcpy(bytes.data() + 344, "n+1", 4);
  return bytes + std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Stored));
}

inline study::Study study_named(const std::string& id) {
  study::Study study;
  study.id = id;
  return study;
}

struct HandmadeStudy {
  std::string id;
  image::Size size{0, 0, 0};
  std::vector<std::string> modalities;
  bool label = false;
  study::Split split = study::Split::kTraining;
  std::int16_t label_values = 256; // the label map holds 0 .. label_values - 1
  std::optional<std::string> class_name = std::nullopt;
};

// Stored value of a voxel: different for every voxel and modality, so that a wrong index shows.
inline std::int16_t handmade_value(std::size_t modality, std::size_t i, std::size_t j, std::size_t k) {
  return static_cast<std::int16_t>((i * 1009 + j * 9176 + k * 577 + modality * 71 + 1) % 32767);
}

// The same as an image's stored value, between its percentiles.
inline std::int16_t handmade_intensity(std::size_t modality, std::size_t i, std::size_t j, std::size_t k) {
  return static_cast<std::int16_t>(handmade_value(modality, i, j, k) / 7);
}

inline void write_handmade_study(const std::filesystem::path& store, const HandmadeStudy& study) {
  store::StudyRecord record;
  record.id = study.id;
  record.listed = study.modalities;
  record.modalities = study.modalities;
  record.has_label = study.label;
  record.grid.size = study.size;
  const std::filesystem::path folder = store / study.id;
  std::filesystem::create_directories(folder);
  const auto& [ni, nj, nk] = study.size;
  for (std::size_t m = 0; m < study.modalities.size() + (study.label ? 1 : 0); ++m) {
    const bool is_label = m == study.modalities.size();
    std::vector<std::int16_t> values;
    for (std::size_t k = 0; k < nk; ++k) {
      for (std::size_t j = 0; j < nj; ++j) {
        for (std::size_t i = 0; i < ni; ++i) {
          values.push_back(is_label ? static_cast<std::int16_t>(handmade_value(m, i, j, k) % study.label_values)
                                    : handmade_intensity(m, i, j, k));
        }
      }
    }
    const std::string name = (is_label ? "label" : study.modalities[m]) + ".nii";
    const std::string bytes = is_label ? nifti_bytes(study.size, std::vector<std::uint8_t>(values.begin(), values.end()))
                                       : nifti_bytes(study.size, values);
    write_text(folder / name, bytes);
    record.files.push_back({.name = name, .bytes = bytes.size(), .hash = study.id + name});
  }
  store::write_study_record(record, folder);
}

inline void write_handmade_store(const std::filesystem::path& folder, const std::vector<HandmadeStudy>& studies) {
  store::StoreRecord record;
  record.table.labels = {{"background", 0}, {"lesion", 1}};
  for (const HandmadeStudy& study : studies) {
    write_handmade_study(folder, study);
    record.studies.push_back({.id = study.id, .split = study.split, .class_name = study.class_name, .dataset = {}});
  }
  store::write_store_record(record, folder);
}

} // namespace brainmvp::test
