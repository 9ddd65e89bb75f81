#include "register/mutual_information.h"

#include <itkMattesMutualInformationImageToImageMetricv4.h>
#include <itkVersorRigid3DTransform.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/fault.h"
#include "register/itk_image.h"

namespace brainmvp::registration {
namespace {

using Metric = itk::MattesMutualInformationImageToImageMetricv4<ItkImage, ItkImage>;
using Transform = itk::VersorRigid3DTransform<double>;

constexpr unsigned kBins = 32;
constexpr std::size_t kFewestPoints = 200; // in both images; fewer fill a histogram of 32 x 32 with chance

Metric::FixedSampledPointSetType::Pointer point_set(std::span<const image::Vector> points) {
  const auto set = Metric::FixedSampledPointSetType::New();
  itk::IdentifierType at = 0;
  for (const image::Vector& point : points) {
    set->SetPoint(at++, Metric::FixedSampledPointSetType::PointType(point.data()));
  }
  return set;
}

Metric::Pointer new_metric() {
  use_one_itk_thread();
  return Metric::New();
}

void set_motion(const Rigid& rigid, Transform& transform) {
  Transform::FixedParametersType fixed(3);
  Transform::ParametersType parameters(6);
  for (unsigned axis = 0; axis < 3; ++axis) {
    fixed[axis] = rigid.centre[axis];
    parameters[axis] = rigid.versor[axis];
    parameters[axis + 3] = rigid.translation[axis];
  }
  transform.SetFixedParameters(fixed);
  transform.SetParameters(parameters);
}

} // namespace

struct MutualInformation::State {
  Metric::Pointer metric = new_metric();
  Transform::Pointer transform = Transform::New();
  std::vector<image::Vector> points;
  image::Affine to_moving_index;
  image::Size moving_size{};

  [[nodiscard]] std::size_t points_inside(const image::Affine& motion) const {
    const image::Affine to_index = to_moving_index.after(motion);
    std::size_t count = 0;
    for (const image::Vector& point : points) {
      const image::Vector index = to_index.apply(point);
      bool inside = true;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        inside = inside && index[axis] >= -0.5 && index[axis] < static_cast<double>(moving_size[axis]) - 0.5;
      }
      count += inside ? 1 : 0;
    }
    return count;
  }
};

MutualInformation::MutualInformation(const image::Volume& reference, const image::Volume& moving,
                                     std::span<const image::Vector> points)
    : state_(std::make_unique<State>()) {
  for (const image::Volume* volume : {&reference, &moving}) {
    const auto [low, high] = std::ranges::minmax(volume->data);
    if (!(low < high) || points.empty()) {
      throw Error(ExitCode::kBadInput, "the images have too little contrast to be aligned");
    }
  }
  state_->points.assign(points.begin(), points.end());
  state_->to_moving_index = moving.affine.inverse();
  state_->moving_size = moving.size;
  Metric& metric = *state_->metric;
  try {
    metric.SetFixedImage(to_itk(reference));
    metric.SetMovingImage(to_itk(moving));
    metric.SetMovingTransform(state_->transform);
    metric.SetNumberOfHistogramBins(kBins);
    metric.SetUseFixedImageGradientFilter(false);
    metric.SetUseMovingImageGradientFilter(false); // gradients at the points alone, not a volume of them
    metric.SetFixedSampledPointSet(point_set(points));
    metric.SetUseSampledPointSet(true);
    metric.Initialize();
  } catch (const itk::ExceptionObject& error) {
    if (is_out_of_memory(error)) {
      throw;
    }
    throw Error(ExitCode::kInternal, std::string("mutual information: ") + error.GetDescription());
  }
}

MutualInformation::~MutualInformation() = default;

MutualInformation::Evaluation MutualInformation::evaluate(const Rigid& rigid) const {
  Evaluation out;
  const std::size_t inside = state_->points_inside(rigid.affine());
  out.overlap = static_cast<double>(inside) / static_cast<double>(state_->points.size());
  if (inside < kFewestPoints) {
    return out;
  }
  set_motion(rigid, *state_->transform);
  Metric::MeasureType value = 0;
  Metric::DerivativeType derivative;
  try {
    state_->metric->GetValueAndDerivative(value, derivative);
  } catch (const itk::ExceptionObject& error) {
    if (is_out_of_memory(error)) {
      throw;
    }
    throw Error(ExitCode::kInternal, std::string("mutual information: ") + error.GetDescription());
  }
  out.value = -value; // ITK minimises; its derivative already points to where the information grows
  for (unsigned axis = 0; axis < 3; ++axis) {
    out.gradient[axis] = derivative[axis] / 2; // a versor is the sine of half the angle
    out.gradient[axis + 3] = derivative[axis + 3];
  }
  return out;
}

} // namespace brainmvp::registration
