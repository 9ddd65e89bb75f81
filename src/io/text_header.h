// Headers of lines of text (NRRD, MetaImage), and what both say of the voxels; private to src/io.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/raster.h"

namespace brainmvp::io {

// Lines "name separator value"; names without regard to case, of equal names the first.
class TextHeader {
public:
  // Reads up to an empty line, or to the line of `last` (lower case), or the end. Throws Error(kBadInput), named after `name`,
  // for a header longer than 64 KiB or a line longer than 4 KiB.
  TextHeader(std::string_view text, char separator, std::string_view last, std::string name);

  [[nodiscard]] std::optional<std::string> find(std::string_view name) const; // lower case, as "data file"
  [[nodiscard]] const std::string& at(std::string_view name) const;           // throws Error(kBadInput) when it is missing
  [[nodiscard]] std::vector<double> numbers(std::string_view name) const;     // empty when missing; throws for other words
  [[nodiscard]] std::vector<std::int64_t> integers(std::string_view name, std::size_t count) const; // throws unless `count`
  [[nodiscard]] std::size_t end() const { return end_; }                                            // offset after the header
  [[noreturn]] void refuse(const std::string& reason) const;

private:
  void add_line(std::string_view line, char separator);

  std::string name_;
  std::vector<std::pair<std::string, std::string>> fields_;
  std::size_t end_ = 0;
};

// Numbers between blanks and commas; nothing for anything else.
std::optional<std::vector<double>> numbers_in(std::string_view text);

enum class Packing { kRaw, kGzip, kZlibOrGzip };

struct TextImageHeader {
  Raster raster;              // offset: of the voxels in the file itself
  std::size_t components = 1; // of them channels, interleaved voxel by voxel
  Packing packing = Packing::kRaw;
  std::string data_file;    // beside the header; empty: the voxels follow it
  std::int64_t skipped = 0; // bytes before the voxels in the data; -1: all but the last
};

// What the formats have in common: warnings for an image without orientation and for one of fewer than three axes, and the
// refusal of a data file that stands for several; `extension`: what to save instead, as "mha".
void warn_of_geometry(ImageHeader& image, bool oriented, std::size_t axes);
void refuse_several_files(const TextHeader& header, const std::string& data_file, const std::string& extension);

// `front` starts with the header. Throw Error(kBadInput), named after `name`.
TextImageHeader parse_nrrd(std::string_view front, const std::string& name);
TextImageHeader parse_meta_image(std::string_view front, const std::string& name);

} // namespace brainmvp::io
