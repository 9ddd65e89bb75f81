#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <string>
#include <utility>
#include <vector>

#include "arrays.h"
#include "base/interrupt.h"
#include "calls.h"
#include "parts.h"
#include "simulate/cohort.h"

namespace brainmvp::native {
namespace nb = nanobind;
namespace {

struct SimulatedStudy {
  simulate::StudyPlan plan;
  simulate::StudyRecord record;
  std::vector<image::Volume> images;
  std::vector<image::LabelVolume> labels;
};

SimulatedStudy simulate(const simulate::CohortOptions& options, std::size_t number) {
  SimulatedStudy out;
  std::size_t left_out = 0;
  out.plan = simulate::plan_study(options, number, left_out);
  const simulate::Anatomy anatomy = simulate::anatomy_of(options);
  out.record = simulate::simulate_study(out.plan.spec, anatomy,
                                        {.image =
                                             [&](std::size_t, const image::Volume& volume, const io::WriteOptions&) {
                                               stop_if_interrupted("simulation");
                                               out.images.push_back(volume);
                                             },
                                         .label =
                                             [&](std::size_t, const image::LabelVolume& volume) {
                                               stop_if_interrupted("simulation");
                                               out.labels.push_back(volume);
                                             }});
  return out;
}

nb::dict dict_of(SimulatedStudy study) {
  const simulate::StudySpec& spec = study.plan.spec;
  nb::dict out;
  out["id"] = study.plan.id;
  out["class_name"] = study.plan.class_value;
  out["pathology"] = std::string(simulate::name_of(spec.pathology));
  out["field_tesla"] = spec.field == simulate::FieldStrength::k3T ? 3.0 : 1.5;
  out["atrophy"] = spec.atrophy;
  out["lesion_ml"] = study.record.lesion_ml;
  nb::list images;
  for (std::size_t n = 0; n < study.images.size(); ++n) {
    const std::string modality(simulate::name_of(spec.images[n].modality));
    images.append(nb::make_tuple(modality, study.record.protocols[n], pair_of(std::move(study.images[n]))));
  }
  nb::list labels;
  for (image::LabelVolume& label : study.labels) {
    labels.append(pair_of(std::move(label)));
  }
  out["images"] = images;
  out["labels"] = labels;
  return out;
}

simulate::Skull skull_named(const std::string& name) {
  return name == "keep" ? simulate::Skull::kKeep : name == "strip" ? simulate::Skull::kStrip : simulate::Skull::kOfLayout;
}

nb::object simulate_study(const std::string& layout, std::size_t number, std::size_t studies, std::uint64_t seed,
                          const std::string& anatomy, const std::vector<std::size_t>& heads,
                          const std::vector<std::string>& pathologies, const std::vector<std::string>& modalities,
                          double voxel_mm, const std::string& skull) {
  simulate::CohortOptions options{.studies = studies,
                                  .layout = layout,
                                  .anatomy = anatomy,
                                  .heads = heads,
                                  .voxel_mm = voxel_mm,
                                  .skull = skull_named(skull),
                                  .seed = seed};
  return call(
      [&] {
        for (const std::string& name : pathologies) {
          options.pathologies.push_back(simulate::pathology_named(name));
        }
        for (const std::string& name : modalities) {
          options.modalities.push_back(simulate::modality_named(name));
        }
        return simulate(options, number);
      },
      [](SimulatedStudy study) { return dict_of(std::move(study)); });
}

} // namespace

void bind_simulation(nb::module_& module) {
  module.def("simulate_study", simulate_study, nb::arg("layout"), nb::arg("number"), nb::arg("studies"), nb::arg("seed"),
             nb::arg("anatomy"), nb::arg("heads"), nb::arg("pathologies"), nb::arg("modalities"), nb::arg("voxel_mm"),
             nb::arg("skull"));
}

} // namespace brainmvp::native
