#include "study/file_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <span>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"

namespace brainmvp::study {
namespace {

constexpr double kSameGridMm = 0.01;
constexpr std::size_t kLeastVoxels = 1000; // of smaller volumes nothing can be said
constexpr std::size_t kMostValues = 4096;  // a label map with more is none

template <class Read>
FileFacts facts_of(Read&& read) {
  FileFacts facts;
  try {
    read(facts);
  } catch (const Error& error) {
    if (error.code() != ExitCode::kBadInput && error.code() != ExitCode::kNothingFound) {
      throw;
    }
    facts.fault = error.message();
  }
  return facts;
}

constexpr std::size_t kVeryFew = 16; // values

// The share of neighbours of one value, among those that are not both `usual`.
template <class T>
double equal_neighbours(std::span<const T> values, T usual) {
  std::size_t pairs = 0;
  std::size_t equal = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i] != usual || values[i - 1] != usual) {
      ++pairs;
      equal += values[i] == values[i - 1] ? 1U : 0U;
    }
  }
  return pairs == 0 ? 1 : static_cast<double>(equal) / static_cast<double>(pairs);
}

// How many whole values an image holds when it looks like a label map: very few, or few in areas of equal voxels. 0 for others,
// and for small or constant volumes, of which nothing can be said.
std::size_t values_in_areas(const image::Volume& volume) {
  constexpr std::size_t kFew = 256;
  constexpr double kEqualNeighbours = 0.6;
  std::map<float, std::size_t> counts;
  for (const float value : volume.data) {
    if (value < 0 || value != std::floor(value) || (++counts[value], counts.size() > kFew)) {
      return 0;
    }
  }
  if (volume.data.size() < kLeastVoxels || counts.size() < 2) {
    return 0;
  }
  const float usual = std::ranges::max_element(counts, {}, [](const auto& one) { return one.second; })->first;
  const bool in_areas = equal_neighbours(std::span<const float>(volume.data), usual) > kEqualNeighbours;
  return counts.size() <= kVeryFew || in_areas ? counts.size() : 0;
}

std::string content_of(const io::ImageFile& file) {
  if (file.channels.front().data.size() < kLeastVoxels) {
    return "";
  }
  std::string hashes = size_text(file.header);
  for (const image::Volume& channel : file.channels) {
    hashes += content_hash(std::as_bytes(std::span(channel.data)));
  }
  return hashes;
}

bool is_all_zero(const io::ImageFile& file) {
  return std::ranges::all_of(file.channels, [](const image::Volume& channel) {
    return std::ranges::all_of(channel.data, [](float value) { return value == 0; });
  });
}

} // namespace

FileFacts check_image(const std::filesystem::path& file, Depth depth) {
  return facts_of([&](FileFacts& facts) {
    if (depth == Depth::kHeader) {
      facts.header = io::read_header(file);
      return;
    }
    const io::ImageFile image = io::read_image(file);
    facts.header = image.header;
    facts.all_zero = is_all_zero(image);
    facts.head = head_kind(image.channels.front());
    facts.filled =
        static_cast<std::size_t>(std::ranges::count_if(image.channels.front().data, [](float value) { return value != 0; }));
    facts.few_values = values_in_areas(image.channels.front());
    facts.content = content_of(image);
  });
}

FileFacts check_label(const std::filesystem::path& file, Depth depth) {
  return facts_of([&](FileFacts& facts) {
    if (depth == Depth::kHeader) {
      facts.header = io::read_header(file);
      return;
    }
    const io::LabelFile label = io::read_label(file);
    facts.header = label.header;
    std::size_t* count = nullptr; // neighbours mostly have the same value
    int last = 0;
    for (const std::int32_t value : label.volume.data) {
      if (count == nullptr || value != last) {
        count = &facts.values[value];
        last = value;
      }
      ++*count;
      if (facts.values.size() > kMostValues) {
        facts.fault =
            file.string() + ": more than " + std::to_string(kMostValues) + " different values; an image named as a label map?";
        return;
      }
    }
    if (const std::size_t values = values_of_image(label.volume); values > 0) {
      facts.fault = file.string() + ": " + image_as_label_text(values);
    }
  });
}

std::size_t values_of_image(const image::LabelVolume& volume) {
  constexpr double kEqualNeighbours = 0.3; // half of what thin labels on thick slices have
  if (volume.data.size() < kLeastVoxels) {
    return 0;
  }
  std::map<std::int32_t, std::size_t> counts;
  for (const std::int32_t value : volume.data) {
    ++counts[value];
  }
  const std::int32_t usual = std::ranges::max_element(counts, {}, [](const auto& one) { return one.second; })->first;
  const bool in_areas = equal_neighbours(std::span<const std::int32_t>(volume.data), usual) > kEqualNeighbours;
  return counts.size() <= kVeryFew || in_areas ? 0 : counts.size();
}

std::string image_as_label_text(std::size_t values) {
  return "holds " + std::to_string(values) +
         " values that lie in no areas of equal voxels, as those of an image do; name the label map instead of it";
}

double field_of_view_distance_mm(const io::ImageHeader& a, const io::ImageHeader& b) {
  double largest = 0;
  for (unsigned corner = 0; corner < 8; ++corner) {
    image::Vector at_a{};
    image::Vector at_b{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const bool high = ((corner >> axis) & 1U) != 0;
      at_a[axis] = high ? static_cast<double>(a.size[axis]) - 0.5 : -0.5;
      at_b[axis] = high ? static_cast<double>(b.size[axis]) - 0.5 : -0.5;
    }
    const image::Vector mm_a = a.affine.apply(at_a);
    const image::Vector mm_b = b.affine.apply(at_b);
    largest = std::max(largest, std::hypot(mm_a[0] - mm_b[0], mm_a[1] - mm_b[1], mm_a[2] - mm_b[2]));
  }
  return largest;
}

bool same_grid(const io::ImageHeader& a, const io::ImageHeader& b) {
  return a.size == b.size && image::corner_distance_mm(a.affine, b.affine, a.size) < kSameGridMm;
}

std::string size_doubt(const io::ImageHeader& header) {
  constexpr double kShortestMm = 60; // of the longest side, so that slabs and crops of heads are none
  constexpr double kLongestMm = 600;
  constexpr double kFineMm = 0.8; // small crops have coarser voxels; in cm these would be as coarse as those of no scan
  const image::Vector spacing = header.affine.spacing_mm();
  double longest_mm = 0;
  double side_mm = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double extent_mm = spacing[axis] * static_cast<double>(header.size[axis]);
    side_mm = extent_mm > longest_mm ? spacing[axis] : side_mm;
    longest_mm = std::max(longest_mm, extent_mm);
  }
  if (longest_mm <= kLongestMm && (longest_mm >= kShortestMm || side_mm >= kFineMm)) {
    return "";
  }
  const auto mm = [](double value) { return shortest(std::round(value * 100) / 100) + " mm"; };
  const std::string start = "its longest side is " + mm(longest_mm) + ", which is no head's; ";
  if (longest_mm > kLongestMm) {
    return start + "a tenth of it would be " + mm(longest_mm / 10) + ": correct the header's spacing if its unit is wrong";
  }
  const bool metres = longest_mm * 10 < kShortestMm;
  return start + "in " + (metres ? "m" : "cm") + " it would be " + mm(longest_mm * (metres ? 1000 : 10)) +
         ": correct the header's spacing if its unit is wrong";
}

std::string size_text(const io::ImageHeader& header) {
  return std::to_string(header.size[0]) + "x" + std::to_string(header.size[1]) + "x" + std::to_string(header.size[2]);
}

std::string spacing_text(const io::ImageHeader& header) {
  const image::Vector spacing = header.affine.spacing_mm();
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.3gx%.3gx%.3g", spacing[0], spacing[1], spacing[2]);
  return text.data();
}

} // namespace brainmvp::study
