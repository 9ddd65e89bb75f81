#include <array>
#include <fstream>

#include "base/atomic_file.h"
#include "base/error.h"
#include "checkpoint/archive.h"
#include "checkpoint/archive_writer.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/pickle.h"
#include "checkpoint/pickler.h"
#include "checkpoint/unpickler.h"

namespace brainmvp::checkpoint {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kZipMagic = "PK\x03\x04";
// A pickled integer, 0x1950a86a20f9469cfc6c, begins files of torch before 1.6.
constexpr std::string_view kLegacyMagic = "\x80\x02\x8a\x0al\xfc\x9c"
                                          "F\xf9 j\xa8P\x19.";

std::string first_bytes(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    throw Error(ExitCode::kBadInput, "no such file; check the name");
  }
  std::ifstream file(path, std::ios::binary);
  std::string bytes(kLegacyMagic.size(), '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (file.bad() || !file.is_open()) {
    throw Error(ExitCode::kBadInput, "cannot be read; check its permissions");
  }
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

void check_format(const fs::path& path) {
  const std::string start = first_bytes(path);
  if (start.starts_with(kLegacyMagic)) {
    throw Error(ExitCode::kBadInput,
                "the format of torch before 1.6, which is not read; save it again in Python: python -c \"import torch; "
                "torch.save(torch.load('" +
                    path.string() + "', map_location='cpu', weights_only=True), 'converted.pt')\"");
  }
  if (!start.starts_with(kZipMagic)) {
    throw Error(ExitCode::kBadInput, "not a checkpoint: expected the zip archive that torch.save writes; check the file");
  }
}

void check_archive(ArchiveReader& archive) {
  if (archive.has("constants.pkl")) {
    throw Error(ExitCode::kBadInput, "a TorchScript program, which is not run; save its weights in Python: "
                                     "torch.save(torch.jit.load(IN).state_dict(), OUT)");
  }
  if (archive.has("byteorder") && archive.text("byteorder", 16) != "little") {
    throw Error(ExitCode::kBadInput, "written on a big-endian machine; save it again on a little-endian one");
  }
}

} // namespace

Value read_pt(const fs::path& path) {
  return with_context(path.string(), [&] {
    check_format(path);
    ArchiveReader archive(path);
    check_archive(archive);
    const std::string bytes = archive.text("data.pkl", pickle::kMaxBytes);
    std::map<std::string, c10::Storage> loaded; // one storage for all its views
    return pickle::unpickle(bytes, [&](const std::string& key, std::int64_t size) {
      const auto known = loaded.find(key);
      if (known == loaded.end()) {
        return loaded.emplace(key, archive.storage("data/" + key, size)).first->second;
      }
      if (known->second.nbytes() != static_cast<std::uint64_t>(size)) {
        throw Error(ExitCode::kBadInput, "storage " + key + " is given two sizes; the file is damaged");
      }
      return known->second;
    });
  });
}

void write_pt(const fs::path& path, const Value& value) {
  const pickle::Pickled pickled = pickle::pickle(value);
  AtomicFile file(path);
  ArchiveWriter archive(file.temporary(), path);
  archive.write("data.pkl", pickled.bytes.data(), pickled.bytes.size());
  archive.write("byteorder", "little", 6);
  for (std::size_t k = 0; k < pickled.tensors.size(); ++k) {
    const at::Tensor tensor = pickled.tensors[k].detach().cpu().contiguous(); // one copy at a time
    archive.write("data/" + std::to_string(k), tensor.const_data_ptr(), tensor.nbytes());
  }
  archive.finish();
  file.commit();
}

} // namespace brainmvp::checkpoint
