// The store: prepared studies, memory-mapped. Layout: docs/develop/architecture.md.
//
//   const Store store = Store::open("store");
//   store.study(0).copy_crop("t1", {10, 20, 30}, {96, 96, 96}, Intensities::kUnclipped, destination);
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "image/volume.h"
#include "store/intensities.h"
#include "store/prepare.h"
#include "study/studies_file.h"

namespace brainmvp::store {

struct StoredFile;

using Start = std::array<std::int64_t, 3>; // may be negative, or end beyond the volume: there the crop is 0

// One prepared study. Opening maps its files; nothing is read before it is used. Safe to read from several threads.
class StoredStudy {
public:
  // Throws Error(kBadInput) naming the file that is missing, damaged or of another size than study.json says.
  StoredStudy(const std::filesystem::path& folder, study::Study description);
  ~StoredStudy();
  StoredStudy(StoredStudy&&) noexcept;
  StoredStudy& operator=(StoredStudy&&) noexcept;

  [[nodiscard]] const std::string& id() const;
  [[nodiscard]] study::Split split() const;
  [[nodiscard]] const std::vector<std::string>& modalities() const; // those present, in the order of the studies file
  [[nodiscard]] const image::Size& size() const;                    // one grid for all
  [[nodiscard]] const image::Affine& affine() const;
  [[nodiscard]] bool has_label() const;
  [[nodiscard]] const std::optional<std::string>& class_name() const;
  [[nodiscard]] const std::string& patient() const; // never empty; studies of one patient belong on one side of a split
  [[nodiscard]] const std::optional<int>& fold() const;
  [[nodiscard]] const std::string& dataset() const;
  [[nodiscard]] const std::vector<StoredFile>& files() const; // as `prepare` recorded them (records.h)

  // Copies a crop of one modality to `destination` in tensor order [i][j][k], k fastest.
  void copy_crop(const std::string& modality, const Start& start, const image::Size& size, Intensities intensities,
                 std::span<float> destination) const;
  void copy_label_crop(const Start& start, const image::Size& size, std::span<std::uint8_t> destination) const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

class Store {
public:
  // Throws Error(kBadInput) when store.json is missing, damaged or of another format version; kNothingFound when empty.
  static Store open(const std::filesystem::path& folder);

  [[nodiscard]] const std::vector<StoredStudy>& studies() const { return studies_; }
  [[nodiscard]] std::vector<std::size_t> of_split(study::Split split) const; // positions in studies()
  // "5 studies", "5 simulated studies", "5 studies, 2 simulated": of those at `positions`.
  [[nodiscard]] std::string count_text(const std::vector<std::size_t>& positions) const;
  [[nodiscard]] const study::LabelTable& table() const { return table_; }
  [[nodiscard]] const PrepareOptions& parameters() const { return parameters_; }
  // The studies file that it was prepared from; empty where that is not known or no longer there.
  [[nodiscard]] const std::filesystem::path& studies_file() const { return studies_file_; }

  // Changes when any study or parameter does: part of what a resumed run compares.
  [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }

private:
  std::vector<StoredStudy> studies_;
  std::vector<bool> simulated_; // as studies_
  study::LabelTable table_;
  PrepareOptions parameters_;
  std::filesystem::path studies_file_;
  std::string fingerprint_;
};

} // namespace brainmvp::store
