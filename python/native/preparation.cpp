#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "arrays.h"
#include "calls.h"
#include "parts.h"
#include "store/prepare.h"

namespace brainmvp::native {
namespace nb = nanobind;
namespace {

nb::tuple tuple_of(const image::Size& size) { return nb::make_tuple(size[0], size[1], size[2]); }

nb::dict dict_of(const image::Grid& grid) {
  nb::dict out;
  out["shape"] = tuple_of(grid.size);
  out["affine"] = matrix_of(grid.affine);
  return out;
}

nb::dict dict_of(const store::WayBack& way_back) {
  nb::dict out;
  out["native"] = dict_of(way_back.native);
  out["resampled"] = dict_of(way_back.resampled);
  out["first_crop"] = nb::make_tuple(tuple_of(way_back.first_crop.begin), tuple_of(way_back.first_crop.end));
  out["second_crop"] = nb::make_tuple(tuple_of(way_back.second_crop.begin), tuple_of(way_back.second_crop.end));
  return out;
}

nb::dict dict_of(store::PreparedStudy prepared) {
  nb::dict out;
  out["affine"] = matrix_of(prepared.volumes.front().affine);
  nb::dict volumes;
  for (std::size_t n = 0; n < prepared.volumes.size(); ++n) {
    image::Volume& volume = prepared.volumes[n];
    volumes[prepared.modalities[n].c_str()] = array_of(std::move(volume.data), volume.size);
  }
  out["volumes"] = volumes;
  out["label"] = prepared.label ? array_of(std::move(prepared.label->data), prepared.label->size) : nb::object(nb::none());
  out["way_back"] = dict_of(prepared.way_back);
  out["warnings"] = prepared.warnings;
  return out;
}

using Source = std::variant<std::filesystem::path, std::pair<AnyArray, Matrix>>;

io::ImageSource source_of(const Source& source, const std::string& name) {
  if (const auto* file = std::get_if<std::filesystem::path>(&source)) {
    return *file;
  }
  const auto& [array, affine] = std::get<std::pair<AnyArray, Matrix>>(source);
  return image_of(array, affine, name);
}

store::StudyImages study_of(const std::vector<Source>& images, const std::vector<std::string>& modalities,
                            const std::optional<Source>& label) {
  store::StudyImages study{.images = {}, .modalities = modalities};
  for (std::size_t n = 0; n < images.size(); ++n) {
    study.images.push_back(source_of(images[n], n < modalities.size() ? modalities[n] : "image"));
  }
  if (label) {
    study.label = source_of(*label, "label");
  }
  return study;
}

nb::object prepare_study(const std::vector<Source>& images, const std::vector<std::string>& modalities,
                         const std::optional<Source>& label, double spacing_mm, double low_percentile, double high_percentile,
                         bool of_foreground, const std::string& reference, bool z_scored, std::size_t threads) {
  const store::PrepareOptions options{.spacing_mm = spacing_mm,
                                      .low_percentile = low_percentile,
                                      .high_percentile = high_percentile,
                                      .percentiles_of =
                                          of_foreground ? store::PercentilesOf::kForeground : store::PercentilesOf::kCrop,
                                      .reference = reference,
                                      .z_scored = z_scored};
  return call([&] { return store::prepare_study(study_of(images, modalities, label), options, threads); },
              [](store::PreparedStudy prepared) { return dict_of(std::move(prepared)); });
}

} // namespace

void bind_preparation(nb::module_& module) {
  module.def("prepare_study", prepare_study, nb::arg("images"), nb::arg("modalities"), nb::arg("label").none(),
             nb::arg("spacing_mm"), nb::arg("low_percentile"), nb::arg("high_percentile"), nb::arg("of_foreground"),
             nb::arg("reference"), nb::arg("z_scored"), nb::arg("threads"));
}

} // namespace brainmvp::native
