// Flipped and missing bytes of real gzipped images: each is refused, or read as if it were whole. BRAINMVP_DAMAGE_TRIES sets how
// many changes each file gets (docs/background/reliability.md has figures).
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "base/error.h"
#include "base/machine.h"
#include "base/random.h"
#include "base/thread_pool.h"
#include "io/image_file.h"
#include "support/support.h"

namespace brainmvp::io {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t kMostMemory = 2'000'000'000; // bytes

std::size_t tries() { return test::count_from_environment("BRAINMVP_DAMAGE_TRIES", 1); }

// Not a git-annex pointer, which has the name of an image.
bool is_gzip(const fs::path& file) { return test::read_text(file).starts_with("\x1f\x8b"); }

std::vector<fs::path> gzipped_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const bool whole = entry.path().parent_path().filename() != "faulty";
    if (whole && entry.is_regular_file() && entry.path().extension() == ".gz" && is_gzip(entry.path())) {
      files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  return files;
}

// One byte changed, or the end cut off; headers are hit as often as the rest.
std::string damaged(std::string bytes, RandomStream& random) {
  const std::size_t reach = random.below(4) == 0 ? std::min<std::size_t>(bytes.size(), 64) : bytes.size();
  const std::size_t at = random.below(reach);
  if (random.below(3) == 0) {
    bytes.resize(at);
  } else {
    bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1 + random.below(255)));
  }
  return bytes;
}

bool same(const ImageFile& a, const ImageFile& b) {
  return a.header.affine == b.header.affine &&
         std::ranges::equal(a.channels, b.channels, {}, &image::Volume::data, &image::Volume::data);
}

TEST(Damage, RealFilesAreRefusedOrReadTheSame) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const test::TemporaryFolder folder;
  std::atomic<std::size_t> refused = 0;
  std::atomic<std::size_t> unharmed = 0;
  const std::vector<fs::path> files = gzipped_files(test::test_data());
  parallel_for(files.size(), processor_count(), [&](std::size_t n) {
    const std::string name = files[n].lexically_relative(test::test_data()).string();
    const fs::path changed = folder / (std::to_string(n) + ".nii.gz");
    const std::string bytes = test::read_text(files[n]);
    const ImageFile whole = read_image(files[n]);
    for (std::size_t i = 0; i < tries(); ++i) {
      RandomStream random({i, text_key(name)});
      test::write_text(changed, damaged(bytes, random));
      try {
        EXPECT_TRUE(same(read_image(changed), whole)) << name << ", change " << i;
        ++unharmed;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::kBadInput) << name << ", change " << i << ": " << error.message();
        ++refused;
      }
    }
  });
  EXPECT_EQ(refused + unharmed, files.size() * tries());
  EXPECT_GT(refused.load(), unharmed.load());
  EXPECT_LT(peak_resident_memory(), kMostMemory);
  RecordProperty("refused", static_cast<int>(refused.load()));
  RecordProperty("unharmed", static_cast<int>(unharmed.load()));
}

} // namespace
} // namespace brainmvp::io
