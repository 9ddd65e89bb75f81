#include "io/nifti_fields.h"

#include <optional>

#include "base/error.h"
#include "io/bytes.h"
#include "io/raster.h"

namespace brainmvp::io {
namespace {

struct Kind {
  int version;
  std::endian order;
};

std::optional<Kind> kind_of(std::span<const std::byte> front) {
  if (front.size() < 4) {
    return std::nullopt;
  }
  for (const std::endian order : {std::endian::little, std::endian::big}) {
    const auto length = FieldReader(front, order).at<std::int32_t>(0);
    if (length == static_cast<std::int32_t>(kNifti1Bytes) || length == static_cast<std::int32_t>(kNifti2Bytes)) {
      return Kind{.version = length == static_cast<std::int32_t>(kNifti1Bytes) ? 1 : 2, .order = order};
    }
  }
  return std::nullopt;
}

bool read_pair_flag(std::span<const std::byte> front, int version, const std::string& name) {
  const std::size_t at = version == 1 ? 344 : 4;
  const std::string magic(reinterpret_cast<const char*>(front.data()) + at, 4);
  const std::string digit = std::to_string(version);
  if (magic == std::string("n+" + digit + '\0')) {
    return false;
  }
  if (magic == std::string("ni" + digit + '\0')) {
    return true;
  }
  const bool blank = magic == std::string(4, '\0');
  throw Error(ExitCode::kBadInput,
              name + ": not a NIfTI file: its header has the right length, but not the magic \"n+" + digit + "\" or \"ni" +
                  digit +
                  (blank ? "\"; if it is an ANALYZE 7.5 file, convert it, since that format does not tell left from right"
                         : "\"; the header is damaged"));
}

// T: the type of lengths and offsets, F: of real numbers, C: of codes. Offsets in bytes into the header.
struct Places {
  std::size_t dim, datatype, bitpix, pixdim, vox_offset, slope, inter, units, qform, sform, quatern, qoffset, srow;
};
constexpr Places kPlaces1{40, 70, 72, 76, 108, 112, 116, 123, 252, 254, 256, 268, 280};
constexpr Places kPlaces2{16, 12, 14, 104, 168, 176, 184, 500, 344, 348, 352, 376, 400};

template <class Length, class Real, class Offset, class Code, class Units>
void unpack(const FieldReader& reader, const Places& places, NiftiFields& fields) {
  for (std::size_t i = 0; i < 8; ++i) {
    fields.dim[i] = reader.at<Length>(places.dim, i);
    fields.pixdim[i] = reader.at<Real>(places.pixdim, i);
  }
  fields.datatype = reader.at<std::int16_t>(places.datatype);
  fields.bitpix = reader.at<std::int16_t>(places.bitpix);
  fields.vox_offset = static_cast<double>(reader.at<Offset>(places.vox_offset));
  fields.scl_slope = reader.at<Real>(places.slope);
  fields.scl_inter = reader.at<Real>(places.inter);
  fields.units = static_cast<int>(reader.at<Units>(places.units));
  fields.qform_code = reader.at<Code>(places.qform);
  fields.sform_code = reader.at<Code>(places.sform);
  for (std::size_t i = 0; i < 3; ++i) {
    fields.quatern[i] = reader.at<Real>(places.quatern, i);
    fields.qoffset[i] = reader.at<Real>(places.qoffset, i);
    for (std::size_t j = 0; j < 4; ++j) {
      fields.srow[i][j] = reader.at<Real>(places.srow, 4 * i + j);
    }
  }
}

} // namespace

bool looks_like_nifti(std::span<const std::byte> front) { return kind_of(front).has_value(); }

NiftiFields unpack_nifti(std::span<const std::byte> front, const std::string& name) {
  const std::optional<Kind> kind = kind_of(front);
  if (!kind) {
    throw Error(ExitCode::kBadInput, name + ": not a NIfTI file: it does not start with the header length 348 or 540");
  }
  const std::size_t length = kind->version == 1 ? kNifti1Bytes : kNifti2Bytes;
  if (front.size() < length) {
    throw Error(ExitCode::kBadInput, name + ": " + std::to_string(front.size()) + " bytes where a NIfTI-" +
                                         std::to_string(kind->version) + " header needs " + std::to_string(length) +
                                         "; copy the file again");
  }
  NiftiFields fields{.version = kind->version, .order = kind->order};
  fields.pair = read_pair_flag(front, kind->version, name);
  const FieldReader reader(front, kind->order);
  if (kind->version == 1) {
    unpack<std::int16_t, float, float, std::int16_t, std::uint8_t>(reader, kPlaces1, fields);
  } else {
    unpack<std::int64_t, double, std::int64_t, std::int32_t, std::int32_t>(reader, kPlaces2, fields);
  }
  return fields;
}

} // namespace brainmvp::io
