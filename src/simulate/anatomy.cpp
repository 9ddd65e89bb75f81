#include "simulate/anatomy.h"

#include <algorithm>
#include <span>
#include <string>

#include "base/error.h"
#include "base/thread_pool.h"
#include "io/image_file.h"
#include "io/packed_label.h"
#include "simulate/embedded_texts.h"

namespace brainmvp::simulate {
namespace fs = std::filesystem;

Anatomy::Anatomy(const fs::path& folder, std::size_t most, std::size_t threads) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    throw Error(ExitCode::kNothingFound,
                folder.string() + ": there is no such folder of label maps; without --anatomy the heads of the program are used");
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
  for (const fs::path& file : files) {
    heads_.push_back(std::make_shared<Head>());
    heads_.back()->name = io::image_stem(file);
    heads_.back()->make = [file] { return head_of_labels(file); };
  }
  parallel_for(files.size(), threads,
               [&](std::size_t n) { static_cast<void>(head(n)); }); // so that faults are found before anything is written
}

Anatomy Anatomy::shipped() {
  Anatomy anatomy;
  for (const EmbeddedText& file : embedded_heads()) {
    anatomy.heads_.push_back(std::make_shared<Head>());
    anatomy.heads_.back()->name = io::image_stem(file.name);
    anatomy.heads_.back()->make = [&file] {
      const std::string name(file.name);
      return head_of_labels(io::read_packed_label(std::as_bytes(std::span(file.text)), name), name);
    };
  }
  return anatomy;
}

void Anatomy::keep(const std::vector<std::size_t>& numbers) {
  std::vector<std::shared_ptr<Head>> kept;
  for (const std::size_t number : numbers) {
    if (number < 1 || number > heads_.size()) {
      throw Error(ExitCode::kUsage, "--heads " + std::to_string(number) + ": expected numbers from 1 to " +
                                        std::to_string(heads_.size()) + ", as many as the anatomy has label maps");
    }
    kept.push_back(heads_[number - 1]);
  }
  heads_ = std::move(kept);
}

const TissueVolume& Anatomy::head(std::size_t n) const {
  Head& head = *heads_[n];
  std::call_once(head.made, [&head] { head.volume = head.make(); });
  return head.volume;
}

} // namespace brainmvp::simulate
