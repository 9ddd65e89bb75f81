#include "io/stored_image.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "image/positive_margin.h"
#include "image/reorder.h"
#include "io/element_convert.h"
#include "io/image_load.h"

namespace brainmvp::io {

struct StoredImage::State {
  Loaded loaded;

  template <class Body>
  auto with_channel(std::size_t channel, Body&& body) const {
    return with_converter(loaded.encoding, loaded.channel(channel).data(), body);
  }

  // The value that all voxels of a channel have, if there is one.
  [[nodiscard]] std::optional<float> constant(std::size_t channel) const {
    return with_channel(channel, [this](const auto& convert) -> std::optional<float> {
      const auto count = static_cast<std::ptrdiff_t>(image::voxel_count(loaded.header.size));
      const float first = convert(0);
      for (std::ptrdiff_t at = 1; at < count; ++at) {
        if (convert(at) != first) {
          return std::nullopt;
        }
      }
      return first;
    });
  }

  [[nodiscard]] std::size_t faults(std::size_t channel) const {
    return with_channel(channel, [this](const auto& convert) {
      std::size_t count = 0;
      if (!convert.kAlwaysFinite) {
        const auto voxels = static_cast<std::ptrdiff_t>(image::voxel_count(loaded.header.size));
        for (std::ptrdiff_t at = 0; at < voxels; ++at) {
          count += convert.finite(convert.unchecked(at)) ? 0 : 1;
        }
      }
      return count;
    });
  }

  void warn_of_values() {
    std::vector<std::string>& warnings = loaded.header.warnings;
    std::size_t all_faults = 0;
    for (std::size_t channel = 0; channel < loaded.header.channels; ++channel) {
      all_faults += faults(channel);
    }
    if (all_faults > 0) {
      warnings.push_back(std::to_string(all_faults) + (all_faults == 1 ? " voxel was" : " voxels were") +
                         " not finite (NaN or Inf) and set to 0");
    }
    for (std::size_t channel = 0; channel < loaded.header.channels; ++channel) {
      if (const std::optional<float> value = constant(channel)) {
        const std::string where = loaded.header.channels > 1 ? " of channel " + std::to_string(channel + 1) : "";
        warnings.push_back("every voxel" + where + " is " + shortest(static_cast<double>(*value)) +
                           ", so there is no image in it");
      }
    }
  }
};

StoredImage::StoredImage(const ImageSource& source) : state_(new State{.loaded = load_image(source, false)}) {
  warn_of_slices(state_->loaded.header);
  state_->warn_of_values();
}

StoredImage::~StoredImage() = default;
StoredImage::StoredImage(StoredImage&&) noexcept = default;
StoredImage& StoredImage::operator=(StoredImage&&) noexcept = default;

const ImageHeader& StoredImage::header() const { return state_->loaded.header; }

bool StoredImage::all_zero(std::size_t channel) const {
  const std::optional<float> value = state_->constant(channel);
  return value && *value == 0;
}

image::Size StoredImage::positive_margin(std::size_t channel) const {
  const Loaded& loaded = state_->loaded;
  const image::Size stored = state_->with_channel(channel, [&loaded](const auto& convert) {
    return image::positive_margin(loaded.stored_size(), [&convert](std::size_t at) { return convert.comparable(at); });
  });
  return image::reordered_size(stored, loaded.order);
}

void StoredImage::decode(std::size_t channel, const image::AxisOrder& order, const image::Box& box, std::span<float> out) const {
  const image::Size size = image::reordered_size(header().size, order);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (box.begin[axis] > box.end[axis] || box.end[axis] > size[axis]) {
      throw Error(ExitCode::kInternal, "decode: box outside the volume on axis " + std::to_string(axis));
    }
  }
  if (out.size() != image::voxel_count(box.size())) {
    throw Error(ExitCode::kInternal, "decode: the output does not have the size of the box");
  }
  const Loaded& loaded = state_->loaded;
  image::AxisOrder of_stored = order;
  for (std::size_t& axis : of_stored.source_axis) {
    axis = loaded.order.source_axis[axis];
  }
  state_->with_channel(channel, [&](const auto& convert) {
    image::copy_reordered(image::reordering(loaded.stored_size(), of_stored, box), convert, out.data());
  });
}

void StoredImage::decode(std::size_t channel, std::span<float> out) const {
  decode(channel, {}, {.begin = {0, 0, 0}, .end = header().size}, out);
}

} // namespace brainmvp::io
