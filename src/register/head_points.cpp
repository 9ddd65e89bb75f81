#include "register/head_points.h"

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "register/pyramid.h"
#include "register/voxels.h"

namespace brainmvp::registration {
namespace {

using image::Size;
using image::Vector;
using image::Volume;
using Mask = std::vector<std::uint8_t>;

constexpr double kDepthMm = 12;       // skin, fat, muscle and skull
constexpr std::size_t kEnough = 4000; // points, however few the voxels
constexpr double kLeastInside = 0.2;  // of the head

// Voxels between bright ones along two axes at least: dark bone and fluid in a head are of it.
Mask head_mask(const Volume& volume) {
  const float lowest = *std::ranges::min_element(volume.data);
  const float threshold = lowest + (otsu_threshold(volume) - lowest) / 2;
  Mask votes(volume.voxels());
  for (std::size_t axis = 0; axis < 3; ++axis) {
    for_each_row(volume.size, axis, [&](std::size_t first, std::size_t stride, std::size_t length) {
      const auto bright = [&](std::size_t n) { return volume.data[first + n * stride] > threshold; };
      std::size_t begin = 0;
      std::size_t end = length;
      while (begin < end && !bright(begin)) {
        ++begin;
      }
      while (end > begin && !bright(end - 1)) {
        --end;
      }
      for (std::size_t n = begin; n < end; ++n) {
        ++votes[first + n * stride];
      }
    });
  }
  std::ranges::for_each(votes, [](std::uint8_t& vote) { vote = vote >= 2 ? 1 : 0; });
  return votes;
}

// What is further than kDepthMm from the mask's surface along each axis in turn; the ends of the volume are no surface.
Mask eroded(Mask mask, const Volume& volume) {
  const Vector spacing = volume.affine.spacing_mm();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto reach = static_cast<std::size_t>(kDepthMm / spacing[axis]);
    for_each_row(volume.size, axis, [&](std::size_t first, std::size_t stride, std::size_t length) {
      Mask row(length);
      std::size_t since_outside = reach; // the voxels before the first count as inside
      for (std::size_t n = 0; n < length; ++n) {
        since_outside = mask[first + n * stride] == 0 ? 0 : since_outside + 1;
        row[n] = since_outside > reach ? 1 : 0;
      }
      since_outside = reach;
      for (std::size_t n = length; n-- > 0;) {
        since_outside = mask[first + n * stride] == 0 ? 0 : since_outside + 1;
        mask[first + n * stride] = since_outside > reach ? row[n] : 0;
      }
    });
  }
  return mask;
}

std::vector<Size> places_of(const Mask& mask, const Size& size) {
  std::vector<Size> places;
  for_each_voxel(size, [&](std::size_t at, const Size& place) {
    if (mask[at] != 0) {
      places.push_back(place);
    }
  });
  return places;
}

} // namespace

std::vector<Vector> head_points(const Volume& volume, Region region, std::size_t count, std::uint64_t seed) {
  const Mask head = head_mask(volume);
  std::vector<Size> places = places_of(head, volume.size);
  if (region == Region::kInside) {
    std::vector<Size> inside = places_of(eroded(head, volume), volume.size);
    if (static_cast<double>(inside.size()) >= kLeastInside * static_cast<double>(places.size())) {
      places = std::move(inside);
    }
  }
  count = std::min(count, std::max(places.size(), kEnough)); // more than one a voxel would tell no more
  std::vector<Vector> points;
  RandomStream stream({seed, text_key("registration points")});
  while (!places.empty() && points.size() < count) {
    const Size& place = places[stream.below(places.size())];
    Vector index = centre_of(place);
    for (std::size_t axis = 0; axis < 3; ++axis) { // not beyond the centres of the outer voxels, where interpolation ends
      index[axis] = std::clamp(index[axis] + stream.uniform() - 0.5, 0.0, static_cast<double>(volume.size[axis]) - 1);
    }
    points.push_back(volume.affine.apply(index));
  }
  return points;
}

} // namespace brainmvp::registration
