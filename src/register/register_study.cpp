#include "register/register_study.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "image/resample.h"
#include "io/image_file.h"
#include "register/bias.h"
#include "register/shared_motion.h"

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
                                         std::to_string(study.modalities.size()) + " modalities; give one per file");
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

// The images but the reference, by grid, so that only those of one grid are held at once.
std::vector<std::vector<std::size_t>> groups_of(const std::vector<Source>& sources, std::size_t reference) {
  std::vector<std::vector<std::size_t>> groups;
  std::vector<image::Grid> grids;
  for (std::size_t n = 0; n < sources.size(); ++n) {
    if (n == reference) {
      continue;
    }
    const io::ImageHeader header = io::read_header(sources[n].file);
    const image::Grid grid{.size = header.size, .affine = header.affine};
    const auto known = std::ranges::find_if(grids, [&](const image::Grid& other) { return image::same_grid(grid, other); });
    if (known == grids.end()) {
      grids.push_back(grid);
      groups.push_back({n});
    } else {
      groups[static_cast<std::size_t>(known - grids.begin())].push_back(n);
    }
  }
  return groups;
}

void write_aligned(Source& source, image::Volume& moving, const RegisteredImage& image, const image::Volume& reference,
                   const RegisterOptions& options, const fs::path& folder) {
  const Rigid& motion = image.alignment->to_moving;
  source.placed = motion.affine().inverse().after(moving.affine);
  moving.affine = source.placed;
  write_transform(folder / image.transform, motion);
  io::write_nifti(folder / image.file,
                  options.keep_grids ? moving : image::resample_linear(moving, image::grid_of(reference), image::Outside::kZero),
                  {.type = source.type});
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
  const GroupImage reference{.modality = out.reference,
                             .file = sources[first].file.string(),
                             .volume = read(sources[first], options, channels, out.images[first], out.warnings)};
  io::write_nifti(folder / out.images[first].file, reference.volume, {.type = sources[first].type});
  for (const std::vector<std::size_t>& group : groups_of(sources, first)) {
    std::vector<GroupImage> images;
    for (const std::size_t n : group) {
      images.push_back({.modality = sources[n].modality,
                        .file = sources[n].file.string(),
                        .volume = read(sources[n], options, channels, out.images[n], out.warnings)});
    }
    const std::vector<SharedAlignment> found = align_group(reference, images, options.align);
    for (std::size_t i = 0; i < group.size(); ++i) {
      RegisteredImage& image = out.images[group[i]];
      image.alignment = found[i].alignment;
      image.motion_of = found[i].motion_of;
      if (!found[i].parted_from.empty()) {
        out.warnings.push_back(image.modality + ": has the grid of " + found[i].parted_from +
                               ", but has moved against it: a motion of its own fits clearly better");
      }
      image.transform = image.modality + "_to_" + out.reference + ".tfm";
      write_aligned(sources[group[i]], images[i].volume, image, reference.volume, options, folder);
    }
  }
  if (study.label) {
    write_label(*study.label, sources, image::grid_of(reference.volume), options, folder, out);
  }
  return out;
}

} // namespace brainmvp::registration
