// The number types of voxels in files, and their conversion.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace brainmvp::io {

enum class Element { kInt8, kUint8, kInt16, kUint16, kInt32, kUint32, kInt64, kUint64, kFloat32, kFloat64 };

std::size_t element_size(Element element);
const char* element_name(Element element); // "int16"

// How the numbers of a file are stored: value = slope * stored + intercept.
struct Encoding {
  Element element = Element::kFloat32;
  std::endian order = std::endian::little;
  double slope = 1;
  double intercept = 0;
};

// Converts label values, rounded to the nearest integer. Values further than 1e-3 from one, or outside int32, become 0.
struct LabelFaults {
  std::size_t count = 0;
  std::string examples; // up to five different ones, "0.25, 0.5"
};
LabelFaults decode_labels(std::span<const std::byte> bytes, const Encoding& encoding, std::span<std::int32_t> out);

} // namespace brainmvp::io
