#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <map>
#include <string>

#include "base/counted.h"
#include "base/log.h"
#include "image/affine.h"
#include "inspect.h"
#include "io/image_file.h"

namespace brainmvp::app {
namespace {

std::string fixed(double value, int digits) {
  const double unit = std::pow(10.0, -digits);
  value = std::abs(value) < unit / 2 ? 0.0 : value; // never "-0.00"
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string short_number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return text.data();
}

std::string scaling(const io::ImageHeader& header) {
  if (header.slope == 1 && header.intercept == 0) {
    return "none";
  }
  return short_number(header.slope) + " * stored" + (header.intercept < 0 ? " - " : " + ") +
         short_number(header.intercept < 0 ? -header.intercept : header.intercept);
}

void print_affine(const io::ImageHeader& header) {
  const bool nifti = header.format.starts_with("NIfTI");
  print_entry("affine from", header.affine_source + (nifti ? " (sform code " + std::to_string(header.sform_code) +
                                                                 ", qform code " + std::to_string(header.qform_code) + ")"
                                                           : ""));
  for (std::size_t row = 0; row < 3; ++row) {
    std::string text;
    for (std::size_t column = 0; column < 4; ++column) {
      const double value = column < 3 ? header.affine.matrix[row][column] : header.affine.translation[row];
      std::string cell = fixed(value, 5);
      cell.insert(0, cell.size() < 12 ? 12 - cell.size() : 0, ' ');
      text += cell;
    }
    print_entry(row == 0 ? "affine" : "", text);
  }
}

void print_header(const std::filesystem::path& path, const io::ImageHeader& header) {
  const image::Vector spacing = header.affine.spacing_mm();
  print_entry("file", path.string());
  print_entry("format", header.format);
  print_entry("size",
              std::to_string(header.size[0]) + " x " + std::to_string(header.size[1]) + " x " + std::to_string(header.size[2]));
  print_entry("channels", std::to_string(header.channels));
  print_entry("spacing", short_number(spacing[0]) + " x " + short_number(spacing[1]) + " x " + short_number(spacing[2]) + " mm");
  print_entry("axis codes", image::axis_codes(header.affine));
  print_affine(header);
  print_entry("data type", header.data_type);
  print_entry("scaling", scaling(header));
}

template <class T>
std::string percent_nonzero(const image::BasicVolume<T>& volume) {
  const auto count = std::ranges::count_if(volume.data, [](T value) { return value != T{0}; });
  return fixed(100.0 * static_cast<double>(count) / static_cast<double>(volume.data.size()), 2) + " %";
}

void print_channels(const io::ImageFile& file) {
  for (std::size_t channel = 0; channel < file.channels.size(); ++channel) {
    const image::Volume& volume = file.channels[channel];
    const auto [low, high] = std::ranges::minmax_element(volume.data);
    if (file.channels.size() > 1) {
      print_entry("channel", std::to_string(channel + 1));
    }
    print_entry("values", short_number(static_cast<double>(*low)) + " to " + short_number(static_cast<double>(*high)));
    print_entry("non-zero", percent_nonzero(volume));
  }
}

void print_labels(const image::LabelVolume& volume) {
  std::map<std::int32_t, std::size_t> counts;
  for (const std::int32_t value : volume.data) {
    ++counts[value];
  }
  print_entry("non-zero", percent_nonzero(volume));
  const double voxel_ml = std::abs(volume.affine.determinant()) / 1000;
  for (const auto& [value, count] : counts) {
    print_entry("label", std::to_string(value) + ": " + counted(count, "voxel") + ", " +
                             fixed(static_cast<double>(count) * voxel_ml, 3) + " ml");
  }
}

void log_warnings(const std::filesystem::path& path, const io::ImageHeader& header) {
  for (const std::string& warning : header.warnings) {
    log::warning(path.string() + ": " + warning);
  }
}

} // namespace

void inspect_image(const std::filesystem::path& path, bool label) {
  if (label) {
    const io::LabelFile file = io::read_label(path);
    log_warnings(path, file.header);
    print_header(path, file.header);
    print_labels(file.volume);
    return;
  }
  const io::ImageFile file = io::read_image(path);
  log_warnings(path, file.header);
  print_header(path, file.header);
  print_channels(file);
}

} // namespace brainmvp::app
