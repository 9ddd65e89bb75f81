// Names of what a prediction writes, and their writing. Torch-free.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "image/volume.h"
#include "io/image_file.h"
#include "study/studies_file.h"

namespace brainmvp::infer {

// The files of heads that write a table.
inline constexpr const char* kTableName = "predictions.tsv";
inline constexpr const char* kTableSidecarName = "predictions.json";

struct CaseFiles {
  std::filesystem::path label;
  std::filesystem::path sidecar;
  std::vector<std::filesystem::path> probabilities; // one a name
};

// BIDS derivatives where the images and the id are named so (sub-01/ses-2/anat/sub-01_ses-2_desc-brainmvp_dseg.nii.gz);
// otherwise <id>.nii.gz. `evaluate` finds either by the study's id. Probabilities: one file a name of `probability_names`.
CaseFiles case_files(const std::filesystem::path& folder, const study::Study& study,
                     const std::vector<std::string>& probability_names);

// Whether case_files takes BIDS's names for the study.
bool has_bids_names(const study::Study& study);

// The text of a file; empty when it cannot be read.
std::string text_of(const std::filesystem::path& file);

// Removes a file, where there is one; a link stays, and what it leads to goes. Throws Error(kOutput).
void remove_output(const std::filesystem::path& file);

// Codes of the input's header; a format without them, or of unknown orientation, keeps what its reader understood.
io::WriteOptions write_options(const io::ImageHeader& input, io::StoredType type);

// Files of one case: each is written under a temporary name, and commit() renames all, the label map last. What is there of an
// earlier prediction is removed first, so that a sidecar never stands beside a label map that it does not describe.
class CaseWriter {
public:
  explicit CaseWriter(CaseFiles files, std::vector<std::filesystem::path> outdated = {});
  ~CaseWriter();
  CaseWriter(const CaseWriter&) = delete;
  CaseWriter& operator=(const CaseWriter&) = delete;

  void write_label(const image::BasicVolume<std::uint8_t>& volume, const io::WriteOptions& options);
  void write_sidecar(const std::string& text);
  void write_probability(std::size_t position, const image::Volume& volume, const io::WriteOptions& options);
  void commit();

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace brainmvp::infer
