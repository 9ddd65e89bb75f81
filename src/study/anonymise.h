// Studies under names that tell nothing: `index --anonymise`.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "study/studies_file.h"

namespace brainmvp::study {

// Names made with a secret key, so that nobody without it finds a name again by trying all that there could be.
class Pseudonyms {
public:
  // The key of a file, which is made, readable for its owner alone, when there is none: the same key gives the same names.
  // Throws Error(kBadInput) for a file that holds no key, Error(kOutput) when it cannot be made.
  explicit Pseudonyms(const std::filesystem::path& key_file);

  // "s" and the first 16 hexadecimal digits of HMAC-SHA256 (FIPS 198-1) with the bytes of the key.
  [[nodiscard]] std::string of(std::string_view name) const;

private:
  std::array<std::uint8_t, 32> key_{};
};

// The same studies with ids, patients and file names replaced: the images are reached through links below `links`, which is
// replaced as a whole. Data sets, classes, splits and folds stay. Throws Error(kBadInput) for formats whose header names a file
// (.mhd, .nhdr), Error(kOutput) where links cannot be made.
StudiesFile anonymise(const StudiesFile& file, const std::filesystem::path& links, const Pseudonyms& pseudonyms);

} // namespace brainmvp::study
