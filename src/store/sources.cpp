#include "store/sources.h"

#include <chrono>
#include <system_error>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "io/image_parts.h"

namespace brainmvp::store {
namespace fs = std::filesystem;
namespace {

// Formats whose voxels never lie in a file of their own, so that files that did not change need not be opened.
bool is_one_file(const fs::path& image) {
  const std::string name = to_lower(image.filename().string());
  return name.ends_with(".nii") || name.ends_with(".nii.gz") || name.ends_with(".mgz") || name.ends_with(".mgh");
}

std::vector<fs::path> files_of(const study::Study& study) {
  std::vector<fs::path> images = study.images;
  if (study.label) {
    images.push_back(*study.label);
  }
  std::vector<fs::path> files;
  for (const fs::path& image : images) {
    const std::vector<fs::path> parts = is_one_file(image) ? std::vector{image} : io::files_of_image(image);
    files.insert(files.end(), parts.begin(), parts.end());
  }
  return files;
}

std::int64_t modified_ns(const fs::path& file) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(fs::last_write_time(file).time_since_epoch()).count();
}

// Size and time; the hash is left empty.
SourceFile stat_source(const fs::path& file, const fs::path& base) {
  try {
    return {.path = relative_below(file, base), .bytes = fs::file_size(file), .modified_ns = modified_ns(file), .hash = {}};
  } catch (const fs::filesystem_error& error) {
    throw Error(ExitCode::kBadInput,
                file.string() + ": cannot be read (" + error.code().message() + "); restore it or correct the studies file");
  }
}

std::optional<std::string> damage(const StudyRecord& record, const fs::path& folder) {
  for (const StoredFile& file : record.files) {
    std::error_code error;
    if (fs::file_size(folder / file.name, error) != file.bytes || error) {
      return file.name + " in the store is missing or damaged";
    }
  }
  return std::nullopt;
}

// Compares the files and brings `record` up to their present times and places.
std::optional<std::string> change_of_sources(StudyRecord& record, const study::Study& study, const fs::path& base,
                                             bool& touched) {
  const std::vector<fs::path> files = files_of(study);
  if (files.size() != record.sources.size()) {
    return "other files are listed than before";
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    SourceFile& known = record.sources[i];
    SourceFile present = stat_source(files[i], base);
    if (present.bytes != known.bytes) {
      return files[i].filename().string() + " has changed";
    }
    if (present.path == known.path && present.modified_ns == known.modified_ns) {
      continue;
    }
    present.hash = file_hash(files[i]);
    if (present.hash != known.hash) {
      return files[i].filename().string() + " has changed";
    }
    if (record.way_back.reference == known.path) {
      record.way_back.reference = present.path;
    }
    known = present;
    touched = true;
  }
  return std::nullopt;
}

} // namespace

fs::path relative_below(const fs::path& path, const fs::path& base) {
  const fs::path relative = path.lexically_normal().lexically_relative(base.lexically_normal());
  return relative.empty() || *relative.begin() == ".." ? path : relative;
}

std::vector<SourceFile> describe_sources(const study::Study& study, const fs::path& base) {
  std::vector<SourceFile> sources;
  for (const fs::path& file : files_of(study)) {
    sources.push_back(stat_source(file, base));
    sources.back().hash = file_hash(file);
  }
  return sources;
}

std::optional<std::string> reason_to_prepare(const fs::path& folder, const study::Study& study, const PrepareOptions& options,
                                             const fs::path& base) {
  if (!fs::exists(folder)) {
    return "not prepared yet";
  }
  std::optional<StudyRecord> record;
  try {
    record = read_study_record(folder);
  } catch (const Error& error) {
    return error.message();
  }
  if (!(record->parameters == options)) {
    return "the parameters have changed";
  }
  if (record->listed != study.modalities) {
    return "the list of modalities has changed";
  }
  if (auto reason = damage(*record, folder)) {
    return reason;
  }
  bool touched = false;
  if (auto reason = change_of_sources(*record, study, base, touched)) {
    return reason;
  }
  if (touched) {
    write_study_record(*record, folder);
  }
  return std::nullopt;
}

} // namespace brainmvp::store
