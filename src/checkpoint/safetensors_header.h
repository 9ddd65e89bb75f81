// The header of a safetensors file: 8 bytes of its length, then JSON (https://huggingface.co/docs/safetensors).
#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <string>
#include <vector>

#include "checkpoint/dtype.h"

namespace brainmvp::checkpoint {

struct TensorEntry {
  std::string name;
  const Dtype* dtype = nullptr;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0; // bytes after the header
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::vector<TensorEntry> tensors; // in file order, back to back
  std::map<std::string, std::string> metadata;
};

// Reads from the start of a file of `file_bytes`; leaves the stream at the first tensor. Throws Error(kBadInput) without
// the file's name: too long, no JSON of this form, unknown types, offsets that overlap, leave gaps or do not fit the shape.
SafetensorsHeader read_safetensors_header(std::istream& file, std::uint64_t file_bytes);

// Length and JSON, padded so that tensors start at a multiple of 8 bytes.
std::string safetensors_header_bytes(const SafetensorsHeader& header);

} // namespace brainmvp::checkpoint
