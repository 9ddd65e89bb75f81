// The scanner's part of a study: protocols, texture, slices, coil, noise, skull stripping.
#pragma once

#include "simulate/grid_part.h"
#include "simulate/make_person.h"
#include "simulate/texture.h"

namespace brainmvp::simulate {

class Imaging {
public:
  // `person` must outlive this.
  Imaging(const StudySpec& spec, const Person& person);

  // T1 with and without contrast share their sequence, and so do DWI and ADC.
  [[nodiscard]] Protocol protocol(Modality modality) const;

  [[nodiscard]] image::Volume acquire(const ImageRequest& request, const Protocol& protocol) const;

private:
  [[nodiscard]] image::Volume noisy(const image::Volume& clean, const TargetGrid& target, const Protocol& protocol,
                                    std::uint64_t channel) const;
  [[nodiscard]] RandomStream stream(std::string_view purpose, Modality modality, std::uint64_t channel = 0) const;
  [[nodiscard]] GridPart part_of(const TargetGrid& target) const;
  void strip(image::Volume& image, const TargetGrid& target) const;

  const StudySpec& spec_;
  const Person& person_;
  Extent extent_;
  Texture texture_;
  image::LabelVolume mask_;   // of the person; empty when nothing is stripped
  image::LabelVolume common_; // the mask on what is seen of the common grid of registered images
};

} // namespace brainmvp::simulate
