#include "store/store.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <variant>

#include "base/counted.h"
#include "base/error.h"
#include "base/hash.h"
#include "store/chunked_volume.h"
#include "store/copy_crop.h"
#include "store/mapped_file.h"
#include "store/records.h"

namespace brainmvp::store {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kHeaderBytes = 348; // NIfTI-1
constexpr std::int16_t kInt16Code = 4;
constexpr std::int16_t kUint8Code = 2;

template <class T>
T field(std::span<const std::byte> bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

// One NIfTI file of the store, its header checked against study.json.
template <class Stored>
class MappedVolume {
public:
  MappedVolume(const fs::path& path, const image::Size& size) : file_(path), size_(size) {
    const std::span<const std::byte> bytes = file_.bytes();
    const std::size_t count = image::voxel_count(size);
    const std::int16_t code = sizeof(Stored) == 2 ? kInt16Code : kUint8Code;
    if (bytes.size() < kHeaderBytes || field<std::int32_t>(bytes, 0) != kHeaderBytes) {
      refuse_stored(path, std::to_string(bytes.size()) + " bytes that do not start with a NIfTI-1 header");
    }
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (field<std::int16_t>(bytes, 42 + 2 * axis) != static_cast<std::int64_t>(size[axis])) {
        refuse_stored(path, "another size than study.json says");
      }
    }
    const auto offset = static_cast<std::size_t>(std::max(field<float>(bytes, 108), 0.0F));
    if (field<std::int16_t>(bytes, 70) != code || offset < kHeaderBytes || offset % sizeof(Stored) != 0) {
      refuse_stored(path, "not the type of volume that a store has");
    }
    if (sizeof(Stored) == 2 && field<float>(bytes, 112) != 1 / kStoredOne) {
      refuse_stored(path, "scl_slope is not 1/4681");
    }
    if (bytes.size() != offset + count * sizeof(Stored)) {
      refuse_stored(path, std::to_string(bytes.size()) + " bytes where its header needs " +
                              std::to_string(offset + count * sizeof(Stored)) + ": truncated or changed");
    }
    values_ = {reinterpret_cast<const Stored*>(bytes.data() + offset), count};
  }

  // As copy_box of copy_crop.h.
  void copy_box(const Start& start, const image::Size& crop, const auto&... where) const {
    store::copy_box(values_, size_, start, crop, where...);
  }

private:
  MappedFile file_;
  image::Size size_;
  std::span<const Stored> values_;
};

void check_destination(const image::Size& size, std::size_t found) {
  if (found != image::voxel_count(size)) {
    throw Error(ExitCode::kInternal, "a crop's destination has " + std::to_string(found) + " elements, not those of the crop");
  }
}

} // namespace

struct StoredStudy::State {
  study::Study description;
  image::Grid grid;
  std::vector<StoredFile> files;
  std::vector<std::variant<MappedVolume<std::int16_t>, ChunkedVolume>> volumes; // as description.modalities
  std::optional<std::variant<MappedVolume<std::uint8_t>, ChunkedVolume>> label;
};

StoredStudy::StoredStudy(const fs::path& folder, study::Study description) : state_(std::make_unique<State>()) {
  StudyRecord record = read_study_record(folder);
  state_->description = std::move(description);
  state_->description.patient = study::patient_of(state_->description);
  state_->description.modalities = std::move(record.modalities);
  state_->grid = record.grid;
  state_->files = std::move(record.files);
  const auto open = [&]<class Stored>(const std::string& name, Stored) -> std::variant<MappedVolume<Stored>, ChunkedVolume> {
    if (record.parameters.compress) {
      return ChunkedVolume(folder / (name + kChunkedExtension), record.grid.size, sizeof(Stored));
    }
    return MappedVolume<Stored>(folder / (name + ".nii"), record.grid.size);
  };
  for (const std::string& modality : state_->description.modalities) {
    state_->volumes.push_back(open(modality, std::int16_t{}));
  }
  if (record.has_label) {
    state_->label = open("label", std::uint8_t{});
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
  check_destination(size, destination.size());
  const auto found = std::ranges::find(modalities(), modality);
  if (found == modalities().end()) {
    throw Error(ExitCode::kInternal, "study " + id() + " has no modality " + modality);
  }
  const auto index = static_cast<std::size_t>(found - modalities().begin());
  const Bounds bounds = bounds_of(intensities);
  const Reading reading{.scale = 1 / kStoredOne,
                        .low = static_cast<std::int16_t>(bounds.low * kStoredOne),
                        .high = static_cast<std::int16_t>(bounds.high * kStoredOne)};
  std::visit([&](const auto& volume) { volume.copy_box(start, size, reading, destination); }, state_->volumes[index]);
}

void StoredStudy::copy_label_crop(const Start& start, const image::Size& size, std::span<std::uint8_t> destination) const {
  check_destination(size, destination.size());
  if (!has_label()) {
    throw Error(ExitCode::kInternal, "study " + id() + " has no label");
  }
  std::visit([&](const auto& label) { label.copy_box(start, size, destination); }, *state_->label);
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
