#include "register/register_study.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "image/resample.h"
#include "io/image_file.h"
#include "register/bias.h"

namespace brainmvp::registration {
namespace fs = std::filesystem;
namespace {

constexpr double kSameMotionMm = 1; // images that moved no further apart carry a label to the same place

// A modality's image while its study is worked on. The voxels are there only as long as they are needed.
struct Source {
  std::string modality;
  fs::path file;
  std::size_t channel = 0;
  image::Grid grid = {};     // as the file has it
  image::Affine placed = {}; // where the image belongs: its affine after the motion
  io::StoredType type = io::StoredType::kFloat32;
};

std::vector<Source> sources_of(const study::Study& study) {
  const bool one_file = study.images.size() == 1;
  if (study.images.empty() || (!one_file && study.images.size() != study.modalities.size())) {
    throw Error(ExitCode::kBadInput, std::to_string(study.images.size()) + " images but " +
                                         std::to_string(study.modalities.size()) + " modalities; give one a file");
  }
  std::vector<Source> sources;
  for (std::size_t n = 0; n < study.modalities.size(); ++n) {
    sources.push_back({.modality = study.modalities[n], .file = study.images[one_file ? 0 : n], .channel = one_file ? n : 0});
    for (std::size_t before = 0; before < n; ++before) {
      if (sources[before].modality == sources[n].modality) {
        throw Error(ExitCode::kBadInput, "modality " + sources[n].modality + " is listed twice; keep one of the files");
      }
    }
  }
  return sources;
}

// Integers without a scale stay integers.
io::StoredType type_of(const io::ImageHeader& header, const image::Volume& volume, bool bias_corrected) {
  const bool integers = header.data_type.find("int") != std::string::npos && header.slope == 1 && header.intercept == 0;
  const auto [low, high] = std::ranges::minmax(volume.data);
  if (!integers || bias_corrected) {
    return io::StoredType::kFloat32;
  }
  return low >= 0 && high <= 255          ? io::StoredType::kUint8
         : low >= -32768 && high <= 32767 ? io::StoredType::kInt16
                                          : io::StoredType::kInt32;
}

image::Volume read(Source& source, const RegisterOptions& options, std::size_t channels, RegisteredImage& image,
                   std::vector<std::string>& warnings) {
  io::ImageFile file = io::read_image(source.file);
  if (file.channels.size() != channels) {
    throw Error(ExitCode::kBadInput, source.file.string() + ": " + std::to_string(file.channels.size()) +
                                         " channels where the studies file names " + std::to_string(channels));
  }
  for (const std::string& warning : source.channel == 0 ? file.header.warnings : std::vector<std::string>{}) {
    warnings.push_back(source.file.filename().string() + ": " + warning);
  }
  image::Volume volume = std::move(file.channels[source.channel]);
  source.grid = image::grid_of(volume);
  source.placed = volume.affine;
  image.bias_corrected = options.bias_correction && source.modality != "adc";
  if (image.bias_corrected) {
    volume = with_context(source.file.string(), [&] { return bias_corrected(volume); });
  }
  source.type = type_of(file.header, volume, image.bias_corrected);
  return volume;
}

std::size_t reference_of(const std::vector<Source>& sources, const RegisterOptions& options, std::vector<std::string>& warnings) {
  for (const std::string& wanted : {options.reference, std::string("t1")}) {
    const auto found = std::ranges::find(sources, wanted, &Source::modality);
    if (found != sources.end()) {
      return static_cast<std::size_t>(found - sources.begin());
    }
    if (!wanted.empty() && wanted == options.reference) {
      warnings.push_back("has no " + wanted + ", so another image is the reference");
    }
  }
  return 0;
}

// The image that a label map of this grid was drawn on.
const Source& owner_of(const image::Grid& label, const std::vector<Source>& sources, const RegisterOptions& options,
                       const fs::path& file) {
  const Source* owner = nullptr;
  for (const Source& source : sources) {
    if (!options.label_of.empty() ? source.modality != options.label_of : !image::same_grid(source.grid, label)) {
      continue;
    }
    if (owner != nullptr && image::corner_distance_mm(owner->placed, source.placed, label.size) > kSameMotionMm) {
      throw Error(ExitCode::kBadInput, file.string() + ": has the grid of both " + owner->modality + " and " + source.modality +
                                           ", which moved apart; say with --label-of which it was drawn on");
    }
    owner = owner == nullptr ? &source : owner;
  }
  if (owner == nullptr) {
    throw Error(ExitCode::kBadInput,
                file.string() + (options.label_of.empty()
                                     ? ": has the grid of no image, so it is unknown which it was drawn on; say with --label-of"
                                     : ": was drawn on " + options.label_of + ", says --label-of, which the study lacks"));
  }
  return *owner;
}

void write_label(const fs::path& file, const std::vector<Source>& sources, const image::Grid& target,
                 const RegisterOptions& options, const fs::path& folder, RegisteredStudy& out) {
  io::LabelFile label = io::read_label(file);
  const image::Grid grid = image::grid_of(label.volume);
  const Source& owner = owner_of(grid, sources, options, file);
  label.volume.affine = owner.placed.after(owner.grid.affine.inverse()).after(grid.affine);
  const auto [low, high] = std::ranges::minmax(label.volume.data);
  const io::StoredType type = low >= 0 && high <= 255          ? io::StoredType::kUint8
                              : low >= -32768 && high <= 32767 ? io::StoredType::kInt16
                                                               : io::StoredType::kInt32;
  out.label = "label.nii.gz";
  out.label_of = owner.modality;
  io::write_nifti(folder / out.label, options.keep_grids ? label.volume : image::resample_nearest(label.volume, target),
                  {.type = type});
}

} // namespace

RegisteredStudy register_study(const study::Study& study, const RegisterOptions& options, const fs::path& folder) {
  std::vector<Source> sources = sources_of(study);
  const std::size_t channels = study.images.size() == 1 ? sources.size() : 1;
  RegisteredStudy out;
  const std::size_t first = reference_of(sources, options, out.warnings);
  out.reference = sources[first].modality;
  for (const Source& source : sources) {
    out.images.push_back({.modality = source.modality, .file = source.modality + ".nii.gz"});
  }
  const image::Volume reference = read(sources[first], options, channels, out.images[first], out.warnings);
  const image::Grid target = image::grid_of(reference);
  io::write_nifti(folder / out.images[first].file, reference, {.type = sources[first].type});
  for (std::size_t n = 0; n < sources.size(); ++n) {
    if (n == first) {
      continue;
    }
    RegisteredImage& image = out.images[n];
    image::Volume moving = read(sources[n], options, channels, image, out.warnings);
    image.alignment = with_context("aligning " + sources[n].file.string() + " to " + sources[first].file.string(),
                                   [&] { return align(reference, moving, options.align); });
    sources[n].placed = image.alignment->to_moving.affine().inverse().after(moving.affine);
    moving.affine = sources[n].placed;
    image.transform = image.modality + "_to_" + out.reference + ".tfm";
    write_transform(folder / image.transform, image.alignment->to_moving);
    io::write_nifti(folder / image.file,
                    options.keep_grids ? moving : image::resample_linear(moving, target, image::Outside::kZero),
                    {.type = sources[n].type});
  }
  if (study.label) {
    write_label(*study.label, sources, target, options, folder, out);
  }
  return out;
}

} // namespace brainmvp::registration
