#include <array>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "io/image_file.h"

namespace brainmvp::io {
namespace {

// Longer ones before their endings.
constexpr std::array<std::string_view, 13> kExtensions{".nii.gz", ".nii", ".hdr.gz", ".hdr",  ".img.gz", ".img", ".mgh.gz",
                                                       ".mgz",    ".mgh", ".nrrd",   ".nhdr", ".mha",    ".mhd"};

// Length of the extension of an image file's name.
std::optional<std::size_t> extension_length(const std::filesystem::path& path) {
  const std::string name = to_lower(path.filename().string());
  if (name.starts_with("._")) {
    return std::nullopt;
  }
  for (const std::string_view extension : kExtensions) {
    if (name.size() > extension.size() && name.ends_with(extension)) {
      return extension.size();
    }
  }
  return std::nullopt;
}

} // namespace

bool has_image_extension(const std::filesystem::path& path) { return extension_length(path).has_value(); }

std::string image_stem(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  return name.substr(0, name.size() - extension_length(path).value_or(0));
}

} // namespace brainmvp::io
