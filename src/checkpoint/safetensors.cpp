#include <ATen/ops/empty.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <fstream>
#include <set>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/dtype.h"
#include "checkpoint/safetensors_header.h"
#include "checkpoint/shards.h"

namespace brainmvp::checkpoint {
namespace fs = std::filesystem;
namespace {

static_assert(std::endian::native == std::endian::little, "both file formats are little-endian");

at::Tensor read_tensor(std::ifstream& file, const TensorEntry& entry) {
  at::Tensor tensor;
  try {
    tensor = at::empty(entry.shape, entry.dtype->type);
  } catch (const c10::Error&) {
    throw Error(ExitCode::kOutOfResources,
                "no memory for a tensor of " + human_bytes(entry.end - entry.begin) + "; free some and run the command again");
  }
  if (!file.read(static_cast<char*>(tensor.mutable_data_ptr()), static_cast<std::streamsize>(entry.end - entry.begin))) {
    throw Error(ExitCode::kBadInput, "tensor " + entry.name + " cannot be read; copy or download the file again");
  }
  return tensor;
}

// File order: wider types first, so that every tensor is aligned, and otherwise the order given.
std::vector<const std::pair<std::string, at::Tensor>*> file_order(const NamedTensors& weights) {
  std::vector<const std::pair<std::string, at::Tensor>*> order;
  std::set<std::string> names;
  for (const auto& entry : weights) {
    if (!names.insert(entry.first).second) {
      throw Error(ExitCode::kInternal, "two tensors named " + entry.first);
    }
    order.push_back(&entry);
  }
  std::ranges::stable_sort(order, std::greater{}, [](const auto* entry) { return dtype_of(entry->second.scalar_type()).bytes; });
  return order;
}

} // namespace

NamedTensors read_safetensors(const fs::path& path, std::map<std::string, std::string>* metadata) {
  if (is_index(path)) {
    return read_parts(path);
  }
  return with_context(path.string(), [&] {
    std::error_code error;
    const bool regular = fs::is_regular_file(path, error); // opening a pipe would wait for its writer
    const std::uint64_t size = regular ? fs::file_size(path, error) : 0;
    std::ifstream file;
    if (regular) {
      file.open(path, std::ios::binary);
    }
    if (error || !file.is_open()) {
      throw Error(ExitCode::kBadInput, "cannot be read; check its name and permissions");
    }
    const SafetensorsHeader header = read_safetensors_header(file, size);
    NamedTensors weights;
    for (const TensorEntry& entry : header.tensors) { // back to back, so that reading goes straight on
      weights.emplace_back(entry.name, read_tensor(file, entry));
    }
    if (metadata != nullptr) {
      *metadata = header.metadata;
    }
    return weights;
  });
}

void write_safetensors(const fs::path& path, const NamedTensors& weights, const std::map<std::string, std::string>& metadata) {
  const auto order = file_order(weights);
  SafetensorsHeader header{.tensors = {}, .metadata = metadata};
  std::uint64_t end = 0;
  for (const auto* entry : order) {
    const std::uint64_t begin = end;
    end += entry->second.nbytes();
    header.tensors.push_back({entry->first, &dtype_of(entry->second.scalar_type()), entry->second.sizes().vec(), begin, end});
  }
  AtomicFile target(path);
  std::ofstream file(target.temporary(), std::ios::binary);
  errno = 0;
  const std::string text = safetensors_header_bytes(header);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  for (const auto* entry : order) {
    const at::Tensor tensor = entry->second.detach().cpu().contiguous(); // one copy at a time
    file.write(static_cast<const char*>(tensor.const_data_ptr()), static_cast<std::streamsize>(tensor.nbytes()));
    if (!file) {
      break;
    }
  }
  file.close();
  if (!file) {
    throw_write_error(path, errno != 0 ? errno : EIO);
  }
  target.commit();
}

} // namespace brainmvp::checkpoint
