#include "study/file_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <span>

#include "base/error.h"
#include "base/hash.h"

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

// How many whole values an image holds when it looks like a label map: very few, or few in areas of equal voxels. 0 for others,
// and for small or constant volumes, of which nothing can be said.
std::size_t values_in_areas(const image::Volume& volume) {
  constexpr std::size_t kVeryFew = 16;
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
  std::size_t pairs = 0;
  std::size_t equal = 0;
  for (std::size_t i = 1; i < volume.data.size(); ++i) {
    if (volume.data[i] != usual || volume.data[i - 1] != usual) {
      ++pairs;
      equal += volume.data[i] == volume.data[i - 1] ? 1 : 0;
    }
  }
  const bool in_areas = static_cast<double>(equal) > kEqualNeighbours * static_cast<double>(pairs);
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
  });
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
