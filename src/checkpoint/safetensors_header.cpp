#include "checkpoint/safetensors_header.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <tuple>

#include "base/error.h"
#include "base/text.h"
#include "checkpoint/pickle.h"

namespace brainmvp::checkpoint {
namespace {

using HeaderJson = nlohmann::json;
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000; // the format's own limit
constexpr const char* kMetadata = "__metadata__";

[[noreturn]] void refuse_header(const std::string& reason) {
  throw Error(ExitCode::kBadInput, reason + "; copy or download the file again");
}

std::string read_json_text(std::istream& file, std::uint64_t file_bytes) {
  std::array<unsigned char, 8> length_bytes{};
  if (file_bytes < 8 || !file.read(reinterpret_cast<char*>(length_bytes.data()), 8)) {
    refuse_header("not a safetensors file: " + std::to_string(file_bytes) + " bytes, expected at least 8");
  }
  std::uint64_t length = 0;
  for (std::size_t i = 8; i-- > 0;) {
    length = (length << 8) | length_bytes[i];
  }
  if (length > kMaxHeaderBytes || length > file_bytes - 8) {
    refuse_header("not a safetensors file, or truncated: its header would have " + std::to_string(length) + " of " +
                  std::to_string(file_bytes) + " bytes (at most " + std::to_string(kMaxHeaderBytes) + ")");
  }
  std::string text(length, '\0');
  if (!file.read(text.data(), static_cast<std::streamsize>(length)) || !text.starts_with('{')) {
    refuse_header("not a safetensors file: no JSON header");
  }
  return text;
}

HeaderJson parse(const std::string& text) {
  std::set<std::string> names;
  std::string twice;
  const auto note_names = [&](int depth, HeaderJson::parse_event_t event, HeaderJson& parsed) {
    if (depth == 1 && event == HeaderJson::parse_event_t::key && !names.insert(parsed.get<std::string>()).second) {
      twice = parsed.get<std::string>();
    }
    return true;
  };
  HeaderJson json;
  try {
    json = HeaderJson::parse(text, note_names);
  } catch (const HeaderJson::exception& error) {
    refuse_header(std::string("the header is no JSON (") + error.what() + ")");
  }
  if (!twice.empty()) {
    refuse_header("the header names " + twice + " twice");
  }
  return json;
}

// A JSON list of non-negative integers that fit 63 bits.
std::optional<std::vector<std::int64_t>> naturals(const HeaderJson& entry, const char* key) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_array() || found->size() > pickle::kMaxDimensions) {
    return std::nullopt;
  }
  std::vector<std::int64_t> values;
  for (const HeaderJson& item : *found) {
    if (!item.is_number_unsigned() || item.get<std::uint64_t>() > std::uint64_t{INT64_MAX}) {
      return std::nullopt;
    }
    values.push_back(item.get<std::int64_t>());
  }
  return values;
}

TensorEntry read_entry(const std::string& name, const HeaderJson& entry) {
  const auto dtype = entry.find("dtype"); // end() also where the entry is no object
  const auto shape = naturals(entry, "shape");
  const auto offsets = naturals(entry, "data_offsets");
  if (dtype == entry.end() || !dtype->is_string() || !shape || !offsets || offsets->size() != 2) {
    refuse_header("tensor " + name + " lacks a valid dtype, shape or data_offsets");
  }
  const std::string type_name = dtype->get<std::string>();
  const Dtype* type = dtype_of_safetensors(type_name);
  if (type == nullptr) {
    throw Error(ExitCode::kBadInput, "tensor " + name + " has type " + type_name + ", which is not read; convert it to F32");
  }
  const std::optional<std::int64_t> count = element_count(*shape);
  std::int64_t bytes = 0;
  if (!count || __builtin_mul_overflow(*count, type->bytes, &bytes) || (*offsets)[0] > (*offsets)[1] ||
      (*offsets)[1] - (*offsets)[0] != bytes) {
    refuse_header("tensor " + name + " of type " + type_name + " and shape " + shape_text(*shape) + " does not fit bytes " +
                  std::to_string((*offsets)[0]) + " to " + std::to_string((*offsets)[1]));
  }
  return {name, type, *shape, static_cast<std::uint64_t>((*offsets)[0]), static_cast<std::uint64_t>((*offsets)[1])};
}

void check_layout(const std::vector<TensorEntry>& tensors, std::uint64_t data_bytes) {
  std::uint64_t end = 0;
  for (const TensorEntry& entry : tensors) {
    if (entry.begin != end) {
      refuse_header("tensor " + entry.name + " begins at byte " + std::to_string(entry.begin) +
                    (entry.begin < end ? ", inside another that ends at " : " after a gap from ") + std::to_string(end));
    }
    end = entry.end;
  }
  if (end != data_bytes) {
    refuse_header("tensors take " + std::to_string(end) + " bytes and the file has " + std::to_string(data_bytes) + " for them");
  }
}

} // namespace

SafetensorsHeader read_safetensors_header(std::istream& file, std::uint64_t file_bytes) {
  const std::string text = read_json_text(file, file_bytes);
  const HeaderJson json = parse(text);
  SafetensorsHeader header;
  for (const auto& [name, entry] : json.items()) {
    if (name != kMetadata) {
      header.tensors.push_back(read_entry(name, entry));
      continue;
    }
    for (const auto& [key, value] : entry.items()) {
      if (!entry.is_object() || !value.is_string()) {
        refuse_header("__metadata__ is not a map of texts");
      }
      header.metadata[key] = value.get<std::string>();
    }
  }
  std::ranges::sort(header.tensors, {}, [](const TensorEntry& entry) { return std::tie(entry.begin, entry.end, entry.name); });
  check_layout(header.tensors, file_bytes - 8 - text.size());
  return header;
}

std::string safetensors_header_bytes(const SafetensorsHeader& header) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  if (!header.metadata.empty()) {
    json[kMetadata] = header.metadata;
  }
  for (const TensorEntry& entry : header.tensors) {
    json[entry.name] = {
        {"dtype", std::string(entry.dtype->safetensors)}, {"shape", entry.shape}, {"data_offsets", {entry.begin, entry.end}}};
  }
  std::string text = json.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  std::string bytes;
  for (std::uint64_t length = text.size(), i = 0; i < 8; ++i, length >>= 8) {
    bytes.push_back(static_cast<char>(length));
  }
  return bytes + text;
}

} // namespace brainmvp::checkpoint
