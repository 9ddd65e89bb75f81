#include "simulate/study_simulator.h"

#include <array>
#include <cmath>

#include "simulate/imaging.h"
#include "simulate/make_person.h"

namespace brainmvp::simulate {
namespace {

double lesion_volume_ml(const OctantVolume& person) {
  std::array<std::size_t, kTissueCount> counts{};
  for (const Octants& octants : person.data) {
    if (is_uniform(octants)) {
      counts[octants[0]] += octants.size();
      continue;
    }
    for (const std::uint8_t tissue : octants) {
      ++counts[tissue];
    }
  }
  std::size_t octants = 0;
  for (std::size_t i = 0; i < kTissueCount; ++i) {
    octants += is_lesion(static_cast<Tissue>(i)) ? counts[i] : 0;
  }
  return static_cast<double>(octants) * std::pow(person.affine.matrix[0][0], 3) / 8000;
}

} // namespace

StudyRecord simulate_study(const StudySpec& spec, const Anatomy& anatomy, const StudySink& sink) {
  const Person person = make_person(spec, anatomy);
  StudyRecord record;
  record.head = person.head;
  record.lesion_ml = lesion_volume_ml(person.octants);
  const Imaging imaging(spec, person);
  for (std::size_t n = 0; n < spec.images.size(); ++n) {
    const Protocol protocol = imaging.protocol(spec.images[n].modality);
    record.protocols.push_back(describe(protocol));
    sink.image(n, imaging.acquire(spec.images[n], protocol), {.type = spec.stored});
  }
  for (std::size_t n = 0; n < spec.labels.size(); ++n) {
    const TargetGrid& target = spec.labels[n].target;
    sink.label(n, sample_nearest(label_map(person.octants, spec.labels[n].label_of), target.grid, to_person(target)));
  }
  return record;
}

} // namespace brainmvp::simulate
