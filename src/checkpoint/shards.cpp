#include "checkpoint/shards.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "base/error.h"
#include "base/text.h"

namespace brainmvp::checkpoint {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t kMaxIndexBytes = 100'000'000; // as a safetensors header
const char* const kPlaces = "weight_map";

[[noreturn]] void refuse_index(const std::string& reason) {
  throw Error(ExitCode::kBadInput, reason + "; copy or download the index and its parts again");
}

bool is_part(const fs::path& path) {
  static const std::regex pattern(".*-\\d+-of-\\d+\\.(safetensors|bin|pt|pth)");
  return std::regex_match(path.filename().string(), pattern);
}

// Names of parts and the tensors that they should hold.
std::map<std::string, std::set<std::string>> read_index(const fs::path& path) {
  std::error_code error;
  const std::uintmax_t size = fs::is_regular_file(path, error) ? fs::file_size(path, error) : 0;
  std::ifstream file(path);
  if (error || !file || size == 0 || size > kMaxIndexBytes) {
    refuse_index("cannot be read as an index of weights");
  }
  const auto json = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains(kPlaces) || !json[kPlaces].is_object() || json[kPlaces].empty()) {
    refuse_index("is no index of weights: expected an object with \"weight_map\", from names of tensors to files");
  }
  std::map<std::string, std::set<std::string>> parts;
  for (const auto& [name, part] : json[kPlaces].items()) {
    if (!part.is_string() || fs::path(part.get<std::string>()).filename() != part.get<std::string>()) {
      refuse_index("\"weight_map\" of " + name + " is no name of a file beside the index");
    }
    parts[part.get<std::string>()].insert(name);
  }
  return parts;
}

void require_parts(const fs::path& folder, const std::map<std::string, std::set<std::string>>& parts) {
  std::vector<std::string> missing;
  for (const auto& [name, tensors] : parts) {
    std::error_code error;
    if (!fs::is_regular_file(folder / name, error)) {
      missing.push_back(name);
    }
  }
  if (!missing.empty()) {
    refuse_index(std::to_string(missing.size()) + " of its " + std::to_string(parts.size()) +
                 " parts are not beside it: " + join(missing, ", "));
  }
}

void require_tensors(const std::string& part, const std::set<std::string>& expected, const NamedTensors& found) {
  std::set<std::string> names;
  for (const auto& [name, tensor] : found) {
    names.insert(name);
    if (!expected.contains(name)) {
      refuse_index(part + " holds " + name + ", which the index does not know");
    }
  }
  const auto missing = std::ranges::find_if(expected, [&](const std::string& name) { return !names.contains(name); });
  if (missing != expected.end()) {
    refuse_index(part + " has no tensor " + *missing + ", which the index says");
  }
}

} // namespace

bool is_index(const fs::path& path) {
  const std::string name = to_lower(path.filename().string());
  return name.ends_with(".safetensors.index.json") || name.ends_with(".bin.index.json");
}

std::optional<fs::path> index_in(const fs::path& folder) {
  std::vector<fs::path> found;
  bool has_parts = false;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    has_parts = has_parts || is_part(entry.path());
    if (is_index(entry.path())) {
      found.push_back(entry.path());
    }
    if (entry.path().filename() == ".metadata" || entry.path().extension() == ".distcp") {
      throw Error(ExitCode::kBadInput, folder.string() +
                                           ": a distributed checkpoint, which is not read; make one file of it: "
                                           "python -m torch.distributed.checkpoint.format_utils dcp_to_torch " +
                                           folder.string() + " weights.pt");
    }
  }
  if (found.size() > 1) {
    std::ranges::sort(found);
    throw Error(ExitCode::kBadInput, folder.string() + ": has several indices of weights, " + found[0].filename().string() +
                                         " and " + found[1].filename().string() + "; name one of them");
  }
  if (found.empty() && has_parts) {
    throw Error(ExitCode::kBadInput, folder.string() + ": has parts of a checkpoint, and no index of them (*.index.json); "
                                                       "copy or download it too");
  }
  return found.empty() ? std::nullopt : std::optional(found.front());
}

void refuse_part(const fs::path& path) {
  if (is_part(path)) {
    throw Error(ExitCode::kBadInput, path.string() + ": one part of a checkpoint of several files; name their folder, or the "
                                                     "index beside it (*.index.json)");
  }
}

NamedTensors read_parts(const fs::path& index) {
  return with_context(index.string(), [&] {
    const auto parts = read_index(index);
    require_parts(index.parent_path(), parts);
    NamedTensors weights;
    for (const auto& [part, tensors] : parts) {
      const fs::path file = index.parent_path() / part;
      NamedTensors found = is_safetensors(file) ? read_safetensors(file) : weights_of(read_pt(file));
      require_tensors(part, tensors, found);
      std::ranges::move(found, std::back_inserter(weights));
    }
    return weights;
  });
}

} // namespace brainmvp::checkpoint
