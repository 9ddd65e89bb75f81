// Volumes as ITK images; private to src/register.
#pragma once

#include <itkImage.h>
#include <itkMultiThreaderBase.h>

#include <algorithm>

#include "image/volume.h"

namespace brainmvp::registration {

using ItkImage = itk::Image<float, 3>;

// Objects that ITK makes from now on use one thread, so that their sums do not depend on the machine. Metrics and N4 take their
// number from the process alone: SetMaximumNumberOfWorkUnits leaves the parts that they cut their work into.
inline void use_one_itk_thread() { itk::MultiThreaderBase::SetGlobalDefaultNumberOfThreads(1); }

// A copy. World coordinates stay RAS+ mm: ITK's filters and metrics never ask which way is left.
inline ItkImage::Pointer to_itk(const image::Volume& volume) {
  const auto out = ItkImage::New();
  out->SetRegions(ItkImage::SizeType{{volume.size[0], volume.size[1], volume.size[2]}});
  const image::Vector spacing = volume.affine.spacing_mm();
  ItkImage::DirectionType direction;
  for (unsigned row = 0; row < 3; ++row) {
    for (unsigned column = 0; column < 3; ++column) {
      direction(row, column) = volume.affine.matrix[row][column] / spacing[column];
    }
  }
  out->SetSpacing(spacing.data());
  out->SetOrigin(volume.affine.translation.data());
  out->SetDirection(direction);
  out->Allocate();
  std::ranges::copy(volume.data, out->GetBufferPointer());
  return out;
}

} // namespace brainmvp::registration
