#include "io/png.h"

#include <png.h>

#include "base/atomic_file.h"
#include "base/error.h"

namespace brainmvp::io {

std::string encode_png(const Picture& picture) {
  const bool fits = picture.pixels.size() == picture.width * picture.height * picture.channels;
  if (picture.pixels.empty() || !fits || (picture.channels != 1 && picture.channels != 3)) {
    throw Error(ExitCode::kInternal, "a picture needs 1 or 3 bytes for each of its pixels");
  }
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(picture.width);
  image.height = static_cast<png_uint_32>(picture.height);
  image.format = picture.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string bytes(size, '\0');
  if (png_image_write_to_memory(&image, bytes.data(), &size, 0, picture.pixels.data(), 0, nullptr) == 0) {
    throw Error(ExitCode::kInternal, std::string("libpng cannot encode a picture (") + image.message + ")");
  }
  bytes.resize(size);
  return bytes;
}

void write_png(const std::filesystem::path& path, const Picture& picture) { write_file(path, encode_png(picture)); }

} // namespace brainmvp::io
