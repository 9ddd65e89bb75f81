#include <system_error>

#include "base/atomic_file.h"
#include "base/hash.h"
#include "io/image_file.h"
#include "store/prepare.h"
#include "store/prepared_files.h"
#include "store/records.h"
#include "store/sources.h"

namespace brainmvp::store {
namespace fs = std::filesystem;
namespace {

StoredFile describe(const fs::path& file) {
  return {.name = file.filename().string(), .bytes = fs::file_size(file), .hash = file_hash(file)};
}

} // namespace

io::Bytes encode_stored(const image::Volume& volume) {
  return io::encode_nifti(volume, {.type = io::StoredType::kInt16, .slope = 1.0 / kStoredOne});
}

void write_prepared(const PreparedStudy& prepared, const study::Study& study, const fs::path& folder, const fs::path& base) {
  AtomicFolder output(folder);
  StudyRecord record{.id = study.id,
                     .listed = study.modalities,
                     .modalities = prepared.modalities,
                     .has_label = prepared.label.has_value(),
                     .grid = {.size = prepared.volumes.front().size, .affine = prepared.volumes.front().affine},
                     .files = {},
                     .sources = describe_sources(study, base),
                     .parameters = prepared.parameters,
                     .way_back = prepared.way_back,
                     .distances = prepared.distances,
                     .warnings = prepared.warnings};
  record.way_back.reference = relative_below(prepared.way_back.reference, base);
  for (std::size_t i = 0; i < prepared.volumes.size(); ++i) {
    const std::string name = prepared.modalities[i] + ".nii";
    const io::Bytes bytes = encode_stored(prepared.volumes[i]);
    write_file(output.temporary() / name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    record.files.push_back({.name = name, .bytes = bytes.size(), .hash = content_hash(bytes)});
  }
  if (prepared.label) {
    const fs::path file = output.temporary() / "label.nii";
    const StoredLabel& label = *prepared.label;
    io::write_nifti(file, image::LabelVolume{label.size, label.affine, {label.data.begin(), label.data.end()}},
                    {.type = io::StoredType::kUint8});
    record.files.push_back(describe(file));
  }
  write_study_record(record, output.temporary());
  const OwnFiles own = prepared_files(folder, study);
  refuse_foreign_files(folder, own);
  remove_own_files(folder, own); // some versions left no manifest
  output.commit();
}

} // namespace brainmvp::store
