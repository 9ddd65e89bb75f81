// An image whose voxels stay as they are stored until they are wanted, for work that needs a part of them only.
//
//   const StoredImage file("t1.nii.gz");
//   const image::Size margin = file.positive_margin(0);
//   file.decode(0, order, box, values);
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "image/intensity.h"
#include "image/orientation.h"
#include "io/image_file.h"

namespace brainmvp::io {

class StoredImage {
public:
  // Reads and unpacks the whole file. Throws Error(kBadInput) as read_image does.
  explicit StoredImage(const ImageSource& source);
  ~StoredImage();
  StoredImage(StoredImage&&) noexcept;
  StoredImage& operator=(StoredImage&&) noexcept;

  // With the warnings of read_image, those about the values too.
  [[nodiscard]] const ImageHeader& header() const;

  [[nodiscard]] bool all_zero(std::size_t channel) const;

  // In the header's order of axes; see image/positive_margin.h.
  [[nodiscard]] image::Size positive_margin(std::size_t channel) const;

  // The voxels of `box`, a box of the reordered grid, in that order. Not finite ones become 0.
  void decode(std::size_t channel, const image::AxisOrder& order, const image::Box& box, std::span<float> out) const;

  // All voxels in the header's order.
  void decode(std::size_t channel, std::span<float> out) const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace brainmvp::io
