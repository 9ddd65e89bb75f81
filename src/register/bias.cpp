#include "register/bias.h"

#include <itkBSplineControlPointImageFilter.h>
#include <itkN4BiasFieldCorrectionImageFilter.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"
#include "base/fault.h"
#include "image/resample.h"
#include "register/itk_image.h"
#include "register/pyramid.h"

namespace brainmvp::registration {
namespace {

using MaskImage = itk::Image<std::uint8_t, 3>;
using N4 = itk::N4BiasFieldCorrectionImageFilter<ItkImage, MaskImage, ItkImage>;

constexpr double kWorkMm = 4;
constexpr unsigned kIterations = 50; // of each of three levels, as the authors use
constexpr unsigned kLevels = 3;

MaskImage::Pointer mask_of(const ItkImage& image, float threshold) {
  const auto mask = MaskImage::New();
  mask->CopyInformation(&image);
  mask->SetRegions(image.GetLargestPossibleRegion());
  mask->Allocate();
  const std::size_t voxels = image.GetLargestPossibleRegion().GetNumberOfPixels();
  std::transform(image.GetBufferPointer(), image.GetBufferPointer() + voxels, mask->GetBufferPointer(),
                 [threshold](float value) { return static_cast<std::uint8_t>(value > threshold && value > 0 ? 1 : 0); });
  return mask;
}

// The field's logarithm on the grid of `work`.
image::Volume log_field(const N4& n4, const ItkImage& image, image::Volume work) {
  using Lattice = N4::BiasFieldControlPointLatticeType;
  const auto spline = itk::BSplineControlPointImageFilter<Lattice, N4::ScalarImageType>::New();
  spline->SetInput(n4.GetLogBiasFieldControlPointLattice());
  spline->SetSplineOrder(n4.GetSplineOrder());
  spline->SetSize(image.GetLargestPossibleRegion().GetSize());
  spline->SetOrigin(image.GetOrigin());
  spline->SetSpacing(image.GetSpacing());
  spline->SetDirection(image.GetDirection());
  spline->Update();
  const auto* values = spline->GetOutput()->GetBufferPointer();
  std::transform(values, values + work.data.size(), work.data.begin(), [](const auto& value) { return value[0]; });
  return work;
}

} // namespace

image::Volume bias_corrected(const image::Volume& volume) {
  use_one_itk_thread();
  const image::Volume work = shrunk(volume, kWorkMm);
  if (std::ranges::none_of(work.data, [](float value) { return value > 0; })) {
    throw Error(ExitCode::kBadInput, "no value above 0, so that N4 has nothing to correct; leave --bias-correction out");
  }
  const ItkImage::Pointer image = to_itk(work);
  const auto n4 = N4::New();
  n4->SetInput(image);
  n4->SetMaskImage(mask_of(*image, otsu_threshold(work)));
  n4->SetNumberOfFittingLevels(kLevels);
  N4::VariableSizeArrayType iterations(kLevels);
  iterations.Fill(kIterations);
  n4->SetMaximumNumberOfIterations(iterations);
  try {
    n4->Update();
  } catch (const itk::ExceptionObject& error) {
    if (is_out_of_memory(error)) {
      throw;
    }
    throw Error(ExitCode::kBadInput, std::string("N4 failed: ") + error.GetDescription());
  }
  const image::Volume field =
      image::resample_linear(log_field(*n4, *image, work), image::grid_of(volume), image::Outside::kBorder);
  image::Volume out = volume;
  std::ranges::transform(volume.data, field.data, out.data.begin(),
                         [](float value, float log_bias) { return value / std::exp(log_bias); });
  return out;
}

} // namespace brainmvp::registration
