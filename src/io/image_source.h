// Where an image comes from: a file, or memory that holds what a file would.
//
//   const StoredImage file("t1.nii.gz");
//   const StoredImage array(ImageInMemory{.name = "t1", .size = size, .affine = affine, .element = Element::kInt16, .voxels =
//   bytes});
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <variant>

#include "image/affine.h"
#include "io/element.h"

namespace brainmvp::io {

// Numbers of the machine's byte order without gaps. They are read where they lie and must outlive whatever reads them.
struct ImageInMemory {
  std::string name; // in messages
  image::Size size{0, 0, 0};
  image::Affine affine; // is rounded to single precision, so that a NIfTI file of this image gives the same results
  Element element = Element::kFloat32;
  std::array<std::size_t, 3> axes{0, 1, 2}; // in the order of memory: voxels along the first lie side by side
  std::span<const std::byte> voxels;
};

class ImageSource {
public:
  template <std::convertible_to<std::filesystem::path> Path>
  ImageSource(const Path& file) : source_(std::filesystem::path(file)) {} // NOLINT(google-explicit-constructor): names are images
  ImageSource(ImageInMemory image) : source_(std::move(image)) {}         // NOLINT(google-explicit-constructor)

  // The file, or the name of what is in memory.
  [[nodiscard]] std::filesystem::path path() const;

  // Null for a file.
  [[nodiscard]] const ImageInMemory* in_memory() const { return std::get_if<ImageInMemory>(&source_); }

private:
  std::variant<std::filesystem::path, ImageInMemory> source_;
};

} // namespace brainmvp::io
