#include "infer/output_files.h"

#include <algorithm>
#include <deque>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"

namespace brainmvp::infer {
namespace fs = std::filesystem;
namespace {

bool alphanumeric(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

bool is_entity(const std::string& word, std::string_view key) {
  return word.starts_with(key) && alphanumeric(std::string_view(word).substr(key.size()));
}

// Values of BIDS's entities hold letters and digits alone.
std::string entity_value(const std::string& text) {
  std::string value;
  std::ranges::copy_if(text, std::back_inserter(value), [](char c) { return alphanumeric({&c, 1}); });
  return value.empty() ? "x" : value;
}

fs::path bids_folder(const std::string& id) {
  fs::path folder;
  for (const std::string& word : split(id, "_")) {
    folder /= word;
  }
  return folder / "anat";
}

} // namespace

bool has_bids_names(const study::Study& study) {
  const std::vector<std::string> words = split(study.id, "_");
  return is_entity(words[0], "sub-") && (words.size() == 1 || (words.size() == 2 && is_entity(words[1], "ses-"))) &&
         std::ranges::all_of(study.images, [](const fs::path& image) { return image.filename().string().starts_with("sub-"); });
}

CaseFiles case_files(const fs::path& folder, const study::Study& study, const std::vector<std::string>& probability_names) {
  CaseFiles files;
  const bool bids = has_bids_names(study);
  const fs::path stem = bids ? folder / bids_folder(study.id) / study.id : folder / study.id;
  const std::string name = bids ? "_desc-brainmvp_dseg" : "";
  files.label = stem.string() + name + ".nii.gz";
  files.sidecar = stem.string() + name + ".json";
  for (std::size_t i = 0; i < probability_names.size(); ++i) {
    const std::string label = "_label-" + entity_value(probability_names[i]) + (bids ? "_desc-brainmvp" : "");
    fs::path file = stem.string() + label + "_probseg.nii.gz";
    if (std::ranges::count(files.probabilities, file) > 0) { // names that differ in other characters alone
      file = stem.string() + "_label-" + entity_value(probability_names[i]) + std::to_string(i) + (bids ? "_desc-brainmvp" : "") +
             "_probseg.nii.gz";
    }
    files.probabilities.push_back(std::move(file));
  }
  return files;
}

std::string text_of(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void remove_output(const fs::path& file) {
  std::error_code error;
  if (fs::is_regular_file(file, error) && !fs::remove(fs::canonical(file), error)) {
    throw Error(ExitCode::kOutput, file.string() + ": an earlier prediction cannot be removed (" + error.message() + ")");
  }
}

io::WriteOptions write_options(const io::ImageHeader& input, io::StoredType type) {
  io::WriteOptions options{.type = type};
  if (input.format.starts_with("NIfTI")) {
    options.sform_code = input.sform_code;
    options.qform_code = input.qform_code;
    if (input.affine_source == "qform") {
      options.sform_code = 0; // what it says was not usable
    }
    if (input.affine_source == "pixdim") {
      options.sform_code = options.qform_code = 0; // left and right stay unknown
    }
  }
  return options;
}

struct CaseWriter::State {
  CaseFiles files;
  std::vector<fs::path> outdated;
  std::deque<AtomicFile> parts; // in the order of writing
  std::optional<AtomicFile> label;

  const fs::path& part(const fs::path& target) { return parts.emplace_back(target).temporary(); }
};

CaseWriter::CaseWriter(CaseFiles files, std::vector<fs::path> outdated) : state_(std::make_unique<State>()) {
  create_folders(files.label.parent_path());
  state_->files = std::move(files);
  state_->outdated = std::move(outdated);
}
CaseWriter::~CaseWriter() = default;

void CaseWriter::write_label(const image::BasicVolume<std::uint8_t>& volume, const io::WriteOptions& options) {
  state_->label.emplace(state_->files.label);
  io::write_nifti(state_->label->temporary(), volume, options);
}

void CaseWriter::write_sidecar(const std::string& text) { write_file(state_->part(state_->files.sidecar), text); }

void CaseWriter::write_probability(std::size_t position, const image::Volume& volume, const io::WriteOptions& options) {
  io::write_nifti(state_->part(state_->files.probabilities.at(position)), volume, options);
}

void CaseWriter::commit() {
  for (const fs::path& file : state_->outdated) {
    remove_output(file);
  }
  for (AtomicFile& part : state_->parts) {
    part.commit();
  }
  state_->label.value().commit();
}

} // namespace brainmvp::infer
