#include "io/itk_stored.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "io/gzip.h"

namespace brainmvp::io {
namespace {

constexpr std::uint64_t kLongestHeader = 1U << 16;

[[noreturn]] void refuse(const InputFile& input, const std::string& reason) {
  throw Error(ExitCode::kBadInput, input.name + ": " + reason);
}

struct Field {
  std::string value;
  std::size_t after = 0; // offset of the next line
};

// The field of `key` (lower case) in a header of lines "key: value" (NRRD) or "Key = value" (MetaImage).
std::optional<Field> find_field(std::string_view header, std::string_view key, char separator) {
  std::size_t start = 0;
  while (start < header.size()) {
    const std::size_t end = std::min(header.find('\n', start), header.size());
    const std::string_view line = header.substr(start, end - start);
    start = end + 1;
    const std::size_t middle = line.find(separator);
    if (line.empty() || line == "\r") {
      break; // NRRD's end of the header
    }
    if (middle == std::string_view::npos) {
      continue;
    }
    const auto trimmed = [](std::string_view text) {
      const std::size_t first = text.find_first_not_of(" \t");
      const std::size_t last = text.find_last_not_of(" \t\r");
      return first == std::string_view::npos ? std::string_view() : text.substr(first, last - first + 1);
    };
    if (to_lower(trimmed(line.substr(0, middle))) == key) {
      return Field{.value = std::string(trimmed(line.substr(middle + 1))), .after = start};
    }
  }
  return std::nullopt;
}

bool says_true(const std::optional<Field>& field) { return field && !field->value.empty() && (field->value[0] | 0x20) == 't'; }

InputFile beside(const InputFile& input, const std::string& name) {
  return with_context(input.name, [&] { return find_input(input.path.parent_path() / name); });
}

void check_size(const InputFile& input, std::uint64_t needed, std::uint64_t there) {
  if (there < needed) {
    refuse(input, "the header promises " + std::to_string(needed) + " bytes of voxels, and " + std::to_string(there) +
                      " are there; the file is truncated or its header is wrong");
  }
}

std::string header_of(const InputFile& input) {
  const Buffer front = read_front(input, kLongestHeader);
  return {reinterpret_cast<const char*>(front.data.get()), front.size};
}

bool several_files(const std::string& data_file) {
  return data_file.starts_with("LIST") || data_file.find('%') != std::string::npos;
}

// Where the voxels start in `file`: after a local header, or after HeaderSize bytes (-1: as far before the end as fits).
std::uint64_t meta_offset(const InputFile& input, const InputFile& file, std::string_view header, const Field& data,
                          std::uint64_t needed) {
  if (to_lower(data.value) == "local") {
    return std::min<std::uint64_t>(data.after, file.size);
  }
  const std::optional<Field> stated = find_field(header, "headersize", '=');
  if (!stated) {
    return 0;
  }
  std::int64_t skip = 0;
  const auto [end, error] = std::from_chars(stated->value.data(), stated->value.data() + stated->value.size(), skip);
  if (error != std::errc() || skip < -1) {
    refuse(input, "HeaderSize is \"" + stated->value + "\", where a number of bytes or -1 is needed");
  }
  return skip == -1 ? file.size - std::min(needed, file.size) : std::min(static_cast<std::uint64_t>(skip), file.size);
}

} // namespace

void check_nrrd_stored(const InputFile& input, std::uint64_t needed) {
  const std::string header = header_of(input);
  std::optional<Field> data = find_field(header, "data file", ':');
  if (!data) {
    data = find_field(header, "datafile", ':');
  }
  if (!data || !several_files(data->value)) {
    check_size(input, needed, gunzip_bound(data ? beside(input, data->value).size : input.size));
  }
}

MetaVoxels read_meta_voxels(const InputFile& input, std::uint64_t needed) {
  const std::string header = header_of(input);
  const std::optional<Field> data = find_field(header, "elementdatafile", '=');
  if (!data || several_files(data->value)) {
    refuse(input, "voxels spread over several files are not read; save the image as one .mha file");
  }
  if (!says_true(find_field(header, "binarydata", '='))) {
    refuse(input, "voxels written as text are not read; save the image with BinaryData = True");
  }
  const bool big =
      says_true(find_field(header, "binarydatabyteordermsb", '=')) || says_true(find_field(header, "elementbyteordermsb", '='));
  const InputFile file = to_lower(data->value) == "local" ? input : beside(input, data->value);
  const std::uint64_t offset = meta_offset(input, file, header, *data, needed);
  MetaVoxels voxels{.buffer = Buffer(0), .offset = offset, .order = big ? std::endian::big : std::endian::little};
  if (!says_true(find_field(header, "compresseddata", '='))) {
    check_size(input, needed, file.size - offset);
    voxels.buffer = read_front(file, offset + needed);
    return voxels;
  }
  check_size(input, needed, gunzip_bound(file.size));
  const Buffer packed = read_front(file, file.size);
  voxels.buffer = unzip_stream(packed.bytes().subspan(offset), needed, input.name);
  voxels.offset = 0;
  check_size(input, needed, voxels.buffer.size);
  return voxels;
}

} // namespace brainmvp::io
