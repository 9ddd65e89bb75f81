#include "objectives/brainmvp/template_export.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/error.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/dtype.h"
#include "io/image_file.h"
#include "io/png.h"
#include "objectives/brainmvp/template_bank.h"
#include "objectives/pictures.h"
#include "study/modality.h"

namespace brainmvp::objectives {
namespace fs = std::filesystem;
namespace {

constexpr float kEpsilon = 1e-9F; // as min_max_normalised of the objective

// One row of the affine's 3x4 matrix.
void read_affine_row(const checkpoint::Value& value, std::size_t row, image::Affine& affine) {
  const checkpoint::List& numbers = value.items("a row of template_affine");
  if (numbers.size() != 4) {
    throw Error(ExitCode::kBadInput, "template_affine has a row of " + std::to_string(numbers.size()) + " numbers; expected 4");
  }
  for (std::size_t column = 0; column < 3; ++column) {
    affine.matrix[row][column] = numbers[column].number("template_affine");
  }
  affine.translation[row] = numbers[3].number("template_affine");
}

image::Affine read_affine(const checkpoint::Value& value) {
  const checkpoint::List& rows = value.items("template_affine");
  if (rows.size() != 3) {
    throw Error(ExitCode::kBadInput, "template_affine has " + std::to_string(rows.size()) + " rows; expected 3");
  }
  image::Affine affine;
  for (std::size_t row = 0; row < 3; ++row) {
    read_affine_row(rows[row], row, affine);
  }
  (void)affine.inverse(); // refuses a singular one
  return affine;
}

at::Tensor find_bank(const NamedTensors& weights) {
  for (const auto& [name, tensor] : weights) {
    if (name == kBankTensor) {
      return tensor;
    }
  }
  throw Error(ExitCode::kBadInput, "no rep_template among its weights; only checkpoints of pre-training have templates");
}

image::Size spatial_size(const at::Tensor& bank) {
  if (bank.dim() != 4 || bank.size(0) != static_cast<std::int64_t>(study::kMainModalities.size()) || bank.numel() == 0) {
    throw Error(ExitCode::kBadInput, "rep_template has shape " + checkpoint::shape_text(bank.sizes()) + "; expected [" +
                                         std::to_string(study::kMainModalities.size()) + ", H, W, D]");
  }
  return {static_cast<std::size_t>(bank.size(1)), static_cast<std::size_t>(bank.size(2)), static_cast<std::size_t>(bank.size(3))};
}

} // namespace

image::Affine centred_affine(const image::Size& size) {
  image::Affine affine;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    affine.translation[axis] = -0.5 * static_cast<double>(size[axis] - 1);
  }
  return affine;
}

TemplateSet templates_of(const at::Tensor& bank, const image::Affine& affine) {
  spatial_size(bank);
  TemplateSet set;
  for (std::size_t row = 0; row < study::kMainModalities.size(); ++row) {
    Template learned{.modality = std::string(study::kMainModalities[row]),
                     .volume = to_volume(bank[static_cast<std::int64_t>(row)], affine)};
    std::vector<float>& values = learned.volume.data;
    if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) {
      throw Error(ExitCode::kBadInput, "the template of " + learned.modality +
                                           " has values that are not finite; the training diverged, use an earlier checkpoint");
    }
    const auto [lowest, highest] = std::ranges::minmax(values);
    learned.lowest = lowest;
    learned.highest = highest;
    std::ranges::transform(values, values.begin(),
                           [low = lowest, range = highest - lowest + kEpsilon](float value) { return (value - low) / range; });
    set.templates.push_back(std::move(learned));
  }
  return set;
}

TemplateSet templates_in(const checkpoint::Contents& contents) {
  const at::Tensor bank = find_bank(contents.weights);
  const checkpoint::Value* affine = contents.entries.find("template_affine");
  TemplateSet set = templates_of(bank, affine != nullptr ? read_affine(*affine) : centred_affine(spatial_size(bank)));
  set.has_affine = affine != nullptr;
  if (const checkpoint::Value* modalities = contents.entries.find("modalities")) {
    for (const checkpoint::Value& name : modalities->items("modalities")) {
      set.modalities.push_back(name.text("modalities"));
    }
  }
  return set;
}

void write_templates(const fs::path& folder, const std::vector<Template>& templates) {
  for (const Template& learned : templates) {
    io::write_nifti(folder / (learned.modality + ".nii.gz"), learned.volume);
  }
  for (const auto& [tag, picture] : template_pictures(templates)) {
    io::write_png(folder / (tag.substr(std::string_view(kTemplateTag).size()) + ".png"), picture);
  }
}

} // namespace brainmvp::objectives
