#include "store/store.h"

#include <algorithm>
#include <utility>

#include "base/counted.h"
#include "base/error.h"
#include "base/hash.h"
#include "store/chunked_volume.h"
#include "store/records.h"
#include "store/stored_volume.h"

namespace brainmvp::store {
namespace fs = std::filesystem;

struct StoredStudy::State {
  study::Study description;
  image::Grid grid;
  std::vector<StoredFile> files;
  std::vector<StoredVolume> volumes; // as description.modalities
  std::optional<StoredVolume> label;
};

StoredStudy::StoredStudy(const fs::path& folder, study::Study description) : state_(std::make_unique<State>()) {
  StudyRecord record = read_study_record(folder);
  state_->description = std::move(description);
  state_->description.patient = study::patient_of(state_->description);
  state_->description.modalities = std::move(record.modalities);
  state_->grid = record.grid;
  state_->files = std::move(record.files);
  const auto open = [&](const std::string& name, VolumeKind kind) {
    return StoredVolume(folder / (name + (record.parameters.compress ? kChunkedExtension : ".nii")), record.grid.size, kind);
  };
  for (const std::string& modality : state_->description.modalities) {
    state_->volumes.push_back(open(modality, VolumeKind::kImage));
  }
  if (record.has_label) {
    state_->label = open("label", VolumeKind::kLabel);
  }
}

StoredStudy::~StoredStudy() = default;
StoredStudy::StoredStudy(StoredStudy&&) noexcept = default;
StoredStudy& StoredStudy::operator=(StoredStudy&&) noexcept = default;

const std::string& StoredStudy::id() const { return state_->description.id; }
study::Split StoredStudy::split() const { return state_->description.split; }
const std::vector<std::string>& StoredStudy::modalities() const { return state_->description.modalities; }
const image::Size& StoredStudy::size() const { return state_->grid.size; }
const image::Affine& StoredStudy::affine() const { return state_->grid.affine; }
bool StoredStudy::has_label() const { return state_->label.has_value(); }
const std::optional<std::string>& StoredStudy::class_name() const { return state_->description.class_name; }
const std::string& StoredStudy::patient() const { return state_->description.patient; }
const std::optional<int>& StoredStudy::fold() const { return state_->description.fold; }
const std::string& StoredStudy::dataset() const { return state_->description.dataset; }
const std::vector<StoredFile>& StoredStudy::files() const { return state_->files; }

void StoredStudy::copy_crop(const std::string& modality, const Start& start, const image::Size& size, Intensities intensities,
                            std::span<float> destination) const {
  const auto found = std::ranges::find(modalities(), modality);
  if (found == modalities().end()) {
    throw Error(ExitCode::kInternal, "study " + id() + " has no modality " + modality);
  }
  const auto index = static_cast<std::size_t>(found - modalities().begin());
  state_->volumes[index].copy_crop(start, size, intensities, destination);
}

void StoredStudy::copy_label_crop(const Start& start, const image::Size& size, std::span<std::uint8_t> destination) const {
  if (!has_label()) {
    throw Error(ExitCode::kInternal, "study " + id() + " has no label");
  }
  state_->label->copy_crop(start, size, destination);
}

namespace {

// As seen from the current folder, or absolute where that is shorter.
fs::path found_from(const fs::path& folder, const fs::path& file) {
  std::error_code error;
  const fs::path path = fs::weakly_canonical(folder / file, error);
  if (file.empty() || error || !fs::is_regular_file(path, error)) {
    return {};
  }
  const fs::path relative = fs::proximate(path, error);
  return error || relative.string().size() > path.string().size() ? path : relative;
}

} // namespace

Store Store::open(const fs::path& folder) {
  const StoreRecord record = read_store_record(folder);
  if (record.studies.empty()) {
    throw Error(ExitCode::kNothingFound, folder.string() + ": the store lists no study; run `brainmvp prepare` again");
  }
  Store store;
  store.table_ = record.table;
  store.parameters_ = record.parameters;
  store.studies_file_ = found_from(folder, record.studies_file);
  std::string contents;
  for (const StoreEntry& entry : record.studies) {
    const fs::path path = folder / entry.id;
    const StudyRecord prepared = read_study_record(path);
    if (!(prepared.parameters == record.parameters)) {
      throw Error(ExitCode::kBadInput, path.string() + ": prepared with other parameters than store.json says, as an "
                                                       "interrupted `brainmvp prepare` leaves it; run that again");
    }
    contents += entry.id + " " + study::split_name(entry.split) + " " + entry.class_name.value_or("") +
                (entry.fold ? " fold " + std::to_string(*entry.fold) : "") + "\n";
    for (const StoredFile& file : prepared.files) {
      contents += file.name + " " + file.hash + "\n";
    }
    store.simulated_.push_back(entry.simulated);
    store.studies_.emplace_back(path, study::Study{.id = entry.id,
                                                   .patient = entry.patient,
                                                   .split = entry.split,
                                                   .images = {},
                                                   .modalities = {},
                                                   .label = {},
                                                   .class_name = entry.class_name,
                                                   .dataset = entry.dataset,
                                                   .fold = entry.fold});
  }
  store.fingerprint_ = content_hash(std::as_bytes(std::span(contents)));
  return store;
}

std::string Store::count_text(const std::vector<std::size_t>& positions) const {
  const auto simulated =
      static_cast<std::size_t>(std::ranges::count_if(positions, [this](std::size_t position) { return simulated_[position]; }));
  if (simulated > 0 && simulated == positions.size()) {
    return counted(positions.size(), "simulated study");
  }
  return counted(positions.size(), "study") + (simulated > 0 ? ", " + std::to_string(simulated) + " simulated" : "");
}

std::vector<std::size_t> Store::of_split(study::Split split) const {
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < studies_.size(); ++i) {
    if (studies_[i].split() == split) {
      positions.push_back(i);
    }
  }
  return positions;
}

} // namespace brainmvp::store
