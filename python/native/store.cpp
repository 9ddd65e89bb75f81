#include <nanobind/stl/array.h>
#include <nanobind/stl/filesystem.h>

#include <cstdint>
#include <filesystem>
#include <utility>
#include <vector>

#include "arrays.h"
#include "calls.h"
#include "parts.h"
#include "store/stored_volume.h"

namespace brainmvp::native {
namespace nb = nanobind;
namespace {

// [h, w, d], d fastest, filled in place.
template <class T>
using Destination = nb::ndarray<T, nb::ndim<3>, nb::c_contig, nb::device::cpu>;

template <class T>
image::Size size_of(const Destination<T>& destination) {
  return {destination.shape(0), destination.shape(1), destination.shape(2)};
}

// Crops take less time than a thread: they run where they are, without the GIL.
nb::object copy_image_crop(const std::filesystem::path& path, const image::Size& shape, const store::Start& start, bool clipped,
                           const Destination<float>& destination) {
  return call_here([&] {
    store::StoredVolume(path, shape, store::VolumeKind::kImage)
        .copy_crop(start, size_of(destination), clipped ? store::Intensities::kClipped : store::Intensities::kUnclipped,
                   {destination.data(), destination.size()});
  });
}

nb::object copy_label_crop(const std::filesystem::path& path, const image::Size& shape, const store::Start& start,
                           const Destination<std::uint8_t>& destination) {
  return call_here([&] {
    store::StoredVolume(path, shape, store::VolumeKind::kLabel)
        .copy_crop(start, size_of(destination), {destination.data(), destination.size()});
  });
}

} // namespace

void bind_store(nb::module_& module) {
  module.def("copy_image_crop", copy_image_crop, nb::arg("path"), nb::arg("shape"), nb::arg("start"), nb::arg("clipped"),
             nb::arg("destination").noconvert());
  module.def("copy_label_crop", copy_label_crop, nb::arg("path"), nb::arg("shape"), nb::arg("start"),
             nb::arg("destination").noconvert());
}

} // namespace brainmvp::native
