// The fields of NIfTI-1 and NIfTI-2 headers that matter here, in one form; private to src/io.
// Layouts: nifti1.h (348 bytes) and nifti2.h (540 bytes) of the NIfTI data format working group.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace brainmvp::io {

struct NiftiFields {
  int version = 1;
  std::endian order = std::endian::little;
  bool pair = false; // voxels in a separate .img file
  std::array<std::int64_t, 8> dim{};
  int datatype = 0;
  int bitpix = 0;
  std::array<double, 8> pixdim{};
  double vox_offset = 0;
  double scl_slope = 0;
  double scl_inter = 0;
  int units = 0; // xyzt_units
  int qform_code = 0;
  int sform_code = 0;
  std::array<double, 3> quatern{}; // b, c, d
  std::array<double, 3> qoffset{};
  std::array<std::array<double, 4>, 3> srow{};
};

inline constexpr std::size_t kNifti1Bytes = 348;
inline constexpr std::size_t kNifti2Bytes = 540;

// Throws Error(kBadInput), named after `name`, when the front is too short or the magic is not NIfTI's.
NiftiFields unpack_nifti(std::span<const std::byte> front, const std::string& name);

} // namespace brainmvp::io
