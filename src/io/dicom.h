// What the header of a DICOM file says of its image, to tell people what they have; the pixels are not read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "image/affine.h"

namespace brainmvp::io {

// Numbers and flags only: names, dates, ids and texts of people never enter this. The series' identifier is kept as a hash.
struct DicomHeader {
  bool magnetic_resonance = false;
  std::uint64_t series_key = 0; // equal for the files of a series; never to be shown
  std::optional<double> series_number = {};
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t frames = 1;
  std::optional<double> repetition_ms = {};
  std::optional<double> echo_ms = {};
  std::optional<double> inversion_ms = {};
  std::optional<double> flip_degrees = {};
  std::optional<double> b_value = {}; // s/mm2, of several frames the largest
  bool spin_echo = false;
  bool gradient_echo = false;
  bool inversion_recovery = false;
  bool echo_planar = false;
  bool angiography = false;
  bool contrast_agent = false;
  bool adc_map = false;
  std::optional<std::array<double, 6>> orientation = {}; // directions of rows and columns, LPS
  std::optional<image::Vector> position_mm = {};         // of the first voxel, LPS
  std::optional<std::array<double, 2>> pixel_mm = {};    // between rows, between columns
};

// Whether a file begins as DICOM does: 128 bytes of anything, then "DICM".
bool is_dicom(std::span<const std::byte> front);

// From the first bytes of a file, at least up to the group 0028, or all. Implicit and explicit little endian, and what is
// compressed within them; throws Error(kBadInput) for big endian, deflated and damaged headers.
DicomHeader parse_dicom(std::span<const std::byte> front, const std::string& name);

// Reads no more of the file than its header needs, at most 4 MiB.
DicomHeader read_dicom_header(const std::filesystem::path& path);

} // namespace brainmvp::io
