#include "objectives/brainmvp/template_ties.h"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include <array>
#include <limits>
#include <numeric>

namespace brainmvp::objectives {
namespace {

using torch::Tensor;

template <class T>
struct Extremes {
  T low = std::numeric_limits<T>::infinity();
  T high = -std::numeric_limits<T>::infinity();
  std::int32_t bad = 0; // whether there is a NaN

  void add(T value) {
    low = value < low ? value : low;
    high = value > high ? value : high;
    bad |= value == value ? 0 : 1;
  }
};

// Lanes side by side, which the compiler makes vectors of.
template <class T>
Extremes<T> extremes_of(const T* values, std::int64_t count) {
  constexpr std::int64_t kLanes = 16;
  std::array<T, kLanes> low, high;
  std::array<std::int32_t, kLanes> bad{};
  low.fill(std::numeric_limits<T>::infinity());
  high.fill(-std::numeric_limits<T>::infinity());
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const T value = values[i + static_cast<std::int64_t>(lane)];
      low[lane] = value < low[lane] ? value : low[lane];
      high[lane] = value > high[lane] ? value : high[lane];
      bad[lane] |= value == value ? 0 : 1;
    }
  }
  Extremes<T> all;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    all.add(low[lane]);
    all.add(high[lane]);
    all.bad |= bad[lane];
  }
  for (; i < count; ++i) {
    all.add(values[i]);
  }
  return all;
}

template <class T>
void share_among_ties(T* gradient, const std::vector<std::int64_t>& place, const T* volume, std::int64_t size,
                      const std::vector<std::int64_t>& planes, T extreme, T value) {
  std::vector<std::int64_t> ties(planes.size());
  const auto each_plane = [&](const auto& work) {
    at::parallel_for(0, static_cast<std::int64_t>(planes.size()), 4, [&](std::int64_t begin, std::int64_t end) {
      for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
        work(volume + planes[i] * size, gradient + place[static_cast<std::size_t>(planes[i])] * size, ties[i]);
      }
    });
  };
  each_plane([&](const T* plane, T*, std::int64_t& found) {
    std::int32_t sum = 0;
    for (std::int64_t i = 0; i < size; ++i) {
      sum += plane[i] == extreme ? 1 : 0;
    }
    found = sum;
  });
  const T share = value / static_cast<T>(std::accumulate(ties.begin(), ties.end(), std::int64_t{0}));
  each_plane([&](const T* plane, T* to, std::int64_t&) {
    for (std::int64_t i = 0; i < size; ++i) {
      to[i] += plane[i] == extreme ? share : T{0};
    }
  });
}

} // namespace

Tensor plane_extremes(const Tensor& volume) {
  const Tensor values = volume.contiguous();
  const std::int64_t planes = values.size(0), size = values.size(1) * values.size(2);
  Tensor result = at::empty({2, planes}, values.options());
  AT_DISPATCH_FLOATING_TYPES(values.scalar_type(), "plane_extremes", [&] {
    const scalar_t* from = values.const_data_ptr<scalar_t>();
    scalar_t* to = result.mutable_data_ptr<scalar_t>();
    at::parallel_for(0, planes, 8, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t plane = begin; plane < end; ++plane) {
        const Extremes<scalar_t> found = extremes_of(from + plane * size, size);
        constexpr scalar_t kNone = std::numeric_limits<scalar_t>::quiet_NaN();
        to[plane] = found.bad != 0 ? kNone : found.low;
        to[planes + plane] = found.bad != 0 ? kNone : found.high;
      }
    });
  });
  return result;
}

std::vector<std::int64_t> planes_with(const Tensor& extremes, const Tensor& extreme) {
  const Tensor found = extremes.eq(extreme).nonzero().flatten();
  const std::int64_t* plane = found.const_data_ptr<std::int64_t>();
  return {plane, plane + found.numel()};
}

void add_to_ties(Tensor& gradient, const std::vector<std::int64_t>& place, const Tensor& volume,
                 const std::vector<std::int64_t>& planes, const Tensor& extreme, const Tensor& value) {
  const Tensor values = volume.contiguous();
  AT_DISPATCH_FLOATING_TYPES(values.scalar_type(), "add_to_ties", [&] {
    share_among_ties(gradient.mutable_data_ptr<scalar_t>(), place, values.const_data_ptr<scalar_t>(),
                     values.size(1) * values.size(2), planes, extreme.item<scalar_t>(), value.item<scalar_t>());
  });
}

} // namespace brainmvp::objectives
