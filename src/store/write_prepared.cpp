#include <cstring>

#include "base/atomic_file.h"
#include "base/hash.h"
#include "io/image_file.h"
#include "store/chunked_volume.h"
#include "store/prepare.h"
#include "store/prepared_files.h"
#include "store/records.h"
#include "store/sources.h"

namespace brainmvp::store {
namespace fs = std::filesystem;
namespace {

StoredFile write_stored(const fs::path& file, const io::Bytes& bytes) {
  write_file(file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  return {.name = file.filename().string(), .bytes = bytes.size(), .hash = content_hash(bytes)};
}

// Of the volume's NIfTI file: the values are those, whatever the form.
io::Bytes chunks_of(const image::Volume& volume) {
  const io::Bytes nifti = encode_stored(volume);
  std::vector<std::int16_t> values(volume.data.size());
  std::memcpy(values.data(), nifti.data() + nifti.size() - values.size() * sizeof(std::int16_t),
              values.size() * sizeof(std::int16_t));
  return encode_chunked(values, volume.size);
}

StoredFile write_label(const fs::path& file, const StoredLabel& label) {
  io::write_nifti(file, image::LabelVolume{label.size, label.affine, {label.data.begin(), label.data.end()}},
                  {.type = io::StoredType::kUint8});
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
  const bool compress = prepared.parameters.compress;
  const auto path_of = [&](const std::string& name) {
    return output.temporary() / (name + (compress ? kChunkedExtension : ".nii"));
  };
  for (std::size_t i = 0; i < prepared.volumes.size(); ++i) {
    const image::Volume& volume = prepared.volumes[i];
    record.files.push_back(write_stored(path_of(prepared.modalities[i]), compress ? chunks_of(volume) : encode_stored(volume)));
  }
  if (const auto& label = prepared.label) {
    const fs::path file = path_of("label");
    record.files.push_back(compress ? write_stored(file, encode_chunked(label->data, label->size)) : write_label(file, *label));
  }
  write_study_record(record, output.temporary());
  const OwnFiles own = prepared_files(folder, study);
  refuse_foreign_files(folder, own);
  remove_own_files(folder, own); // some versions left no manifest
  output.commit();
}

} // namespace brainmvp::store
