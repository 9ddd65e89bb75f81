#include <algorithm>
#include <cctype>
#include <regex>
#include <set>

#include "io/image_file.h"
#include "study/case_draft.h"

namespace brainmvp::study {
namespace fs = std::filesystem;

std::vector<fs::path> without_spm_outputs(const std::vector<fs::path>& files, const ModalityTable& table, Findings& findings) {
  static const std::vector<std::string> prefixes{"m", "w", "wm", "r", "s", "sw", "y_", "iy_"};
  static const std::regex tissue("(m?w|r)?c[1-6]");
  std::set<std::string> stems;
  for (const fs::path& file : files) {
    stems.insert(io::image_stem(file));
  }
  // Beside a number the prefix may be a patient's own: "s1_T1" beside "1_T1".
  const auto is_of_image = [&stems](const std::string& rest) {
    return rest.starts_with("sub-") || (std::isalpha(static_cast<unsigned char>(rest[0])) != 0 && stems.contains(rest));
  };
  const auto is_output = [&](const fs::path& file) {
    const std::string stem = io::image_stem(file);
    constexpr std::size_t kLongest = 4; // mwc1
    for (std::size_t size = 1; size <= kLongest && size < stem.size(); ++size) {
      const std::string prefix = stem.substr(0, size);
      const bool known = std::ranges::find(prefixes, prefix) != prefixes.end() || std::regex_match(prefix, tissue);
      if (known && is_of_image(stem.substr(size))) {
        return !table.canonical(stem) && table.pattern_of(file).empty();
      }
    }
    return false;
  };
  std::vector<fs::path> kept;
  for (const fs::path& file : files) {
    if (is_output(file)) {
      findings.skip(file, "images derived from others, by the prefixes of SPM (m, w, r, s, c1, y_, ...)");
    } else {
      kept.push_back(file);
    }
  }
  return kept;
}

} // namespace brainmvp::study
