#include "fuzzer/fuzz_target.h"

#include <unistd.h>

#include <fstream>

namespace brainmvp::fuzz {
namespace fs = std::filesystem;

ScratchFile::ScratchFile(Input input, std::string_view extension)
    : path_(fs::temp_directory_path() / ("brainmvp_fuzz_" + std::to_string(::getpid()) + std::string(extension))) {
  std::ofstream file(path_, std::ios::binary);
  file.write(reinterpret_cast<const char*>(input.data()), static_cast<std::streamsize>(input.size()));
  if (!file.flush()) {
    throw std::runtime_error("cannot write " + path_.string());
  }
}

ScratchFile::~ScratchFile() {
  std::error_code ignored;
  fs::remove(path_, ignored);
}

} // namespace brainmvp::fuzz
