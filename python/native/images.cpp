#include <nanobind/stl/array.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <array>
#include <filesystem>

#include "arrays.h"
#include "calls.h"
#include "image/resample.h"
#include "io/image_file.h"
#include "parts.h"

namespace brainmvp::native {
namespace nb = nanobind;
namespace fs = std::filesystem;
namespace {

nb::dict dict_of(const io::ImageHeader& header) {
  nb::dict out;
  out["format"] = header.format;
  out["shape"] = nb::make_tuple(header.size[0], header.size[1], header.size[2]);
  out["channels"] = header.channels;
  out["affine"] = matrix_of(header.affine);
  out["affine_source"] = header.affine_source;
  out["data_type"] = header.data_type;
  out["slope"] = header.slope;
  out["intercept"] = header.intercept;
  out["warnings"] = header.warnings;
  return out;
}

nb::object read_header(const fs::path& path) {
  return call([&] { return io::read_header(path); }, [](const io::ImageHeader& header) { return dict_of(header); });
}

nb::object read_image(const fs::path& path) {
  return call([&] { return io::read_image(path); },
              [](io::ImageFile file) {
                nb::list channels;
                for (image::Volume& volume : file.channels) {
                  channels.append(array_of(std::move(volume.data), volume.size));
                }
                return nb::make_tuple(channels, dict_of(file.header));
              });
}

nb::object read_label(const fs::path& path) {
  return call([&] { return io::read_label(path); },
              [](io::LabelFile file) {
                return nb::make_tuple(array_of(std::move(file.volume.data), file.volume.size), dict_of(file.header));
              });
}

using Shape = std::array<std::size_t, 3>;

nb::object resample_linear(const Array<float>& array, const Matrix& affine, const Shape& shape, const Matrix& target,
                           std::size_t threads) {
  const image::Grid grid{.size = shape, .affine = affine_of(target)};
  return call([&] { return image::resample_linear(volume_of(array, affine), grid, image::Outside::kZero, threads); },
              [](image::Volume volume) { return array_of(std::move(volume.data), volume.size); });
}

nb::object resample_nearest(const Array<std::int32_t>& array, const Matrix& affine, const Shape& shape, const Matrix& target,
                            std::size_t threads) {
  const image::Grid grid{.size = shape, .affine = affine_of(target)};
  return call([&] { return image::resample_nearest(volume_of(array, affine), grid, threads); },
              [](image::LabelVolume volume) { return array_of(std::move(volume.data), volume.size); });
}

} // namespace

void bind_images(nb::module_& module) {
  module.def("read_header", read_header, nb::arg("path"));
  module.def("read_image", read_image, nb::arg("path"));
  module.def("read_label", read_label, nb::arg("path"));
  module.def("resample_linear", resample_linear, nb::arg("array").noconvert(), nb::arg("affine").noconvert(), nb::arg("shape"),
             nb::arg("target").noconvert(), nb::arg("threads"));
  module.def("resample_nearest", resample_nearest, nb::arg("array").noconvert(), nb::arg("affine").noconvert(), nb::arg("shape"),
             nb::arg("target").noconvert(), nb::arg("threads"));
}

} // namespace brainmvp::native
