#include "store/prepared_files.h"

#include <algorithm>
#include <string>

#include "store/chunked_volume.h"

namespace brainmvp::store {
namespace fs = std::filesystem;

OwnFiles prepared_files(const fs::path& folder, const study::Study& study) {
  return [made = made_files(folder), named = files_named_in(folder, "study.json"),
          modalities = study.modalities](const fs::path& file) {
    const std::string stem = file.stem().string();
    const bool image = stem == "label" || std::ranges::find(modalities, stem) != modalities.end();
    return made(file) || named(file) || (image && (file == stem + ".nii" || file == stem + kChunkedExtension));
  };
}

} // namespace brainmvp::store
