#include "simulate/anatomy.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "base/thread_pool.h"
#include "io/image_file.h"

namespace brainmvp::simulate {
namespace fs = std::filesystem;

Anatomy::Anatomy(const fs::path& folder, std::size_t most, std::size_t threads) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    throw Error(ExitCode::kNothingFound,
                folder.string() + ": there is no such folder of label maps; without --anatomy the built-in head is used");
  }
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (io::has_image_extension(entry.path())) {
      files.push_back(entry.path());
    }
  }
  if (files.empty()) {
    throw Error(ExitCode::kNothingFound,
                folder.string() + ": holds no image files; expected label maps with FreeSurfer numbers (.nii.gz, .mgz)");
  }
  std::ranges::sort(files);
  files.resize(std::min(files.size(), most));
  heads_.resize(files.size());
  parallel_for(files.size(), threads, [&](std::size_t n) { heads_[n] = head_of_labels(files[n]); });
}

} // namespace brainmvp::simulate
