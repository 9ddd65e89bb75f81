// Reading and writing of image files: NIfTI-1/2 (.nii, .nii.gz, .hdr/.img), MGH/MGZ, NRRD and MetaImage.
//
//   const ImageFile file = read_image("t1.nii.gz");            // Error(kBadInput) names the file, never a partial volume
//   write_nifti("out.nii.gz", file.channels.front());
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/memory.h"
#include "image/volume.h"
#include "io/image_source.h"

namespace brainmvp::io {

// What the header says. Free-text fields (descrip, aux_file, patient names) are never kept.
struct ImageHeader {
  std::string format; // "NIfTI-1", "NIfTI-2", "MGH", "NRRD", "MetaImage"
  image::Size size{0, 0, 0};
  std::size_t channels = 1;  // size of the fourth axis
  image::Affine affine;      // sform before qform before pixdim
  std::string affine_source; // "sform", "qform", "pixdim", or the format's name
  int sform_code = 0;
  int qform_code = 0;
  std::string data_type; // "int16", "float32", ...
  double slope = 1;
  double intercept = 0;
  std::vector<std::string> warnings; // one sentence each, without the file's name
};

struct ImageFile {
  ImageHeader header;
  std::vector<image::Volume> channels; // one for a 3D file; non-finite voxels are set to 0 and warned of
};

struct LabelFile {
  ImageHeader header;
  image::LabelVolume volume;
};

// Only the header, checked against the size of the file where it is not compressed.
ImageHeader read_header(const ImageSource& source);

// The whole image. A file may be a link; content decides between gzip and plain.
ImageFile read_image(const ImageSource& source);

// Integral floats within 1e-3 are rounded; other fractions are refused, with some of them and their number.
LabelFile read_label(const ImageSource& source);

enum class StoredType { kUint8, kInt16, kInt32, kFloat32 };

struct WriteOptions {
  StoredType type = StoredType::kFloat32;
  double slope = 1; // stored = round(value / slope), clamped to the type's range
  int sform_code = 1;
  int qform_code = 1; // 0 when the affine has a shear that a qform cannot hold
};

// The bytes of an uncompressed file. Throws Error(kInternal or kOutput) for a volume that no file can hold.
using Bytes = std::vector<std::byte, BlockAllocator<std::byte>>;
Bytes encode_nifti(const image::Volume& volume, const WriteOptions& options);

// Uncompressed for .nii, gzip for .nii.gz. Written under a temporary name, then renamed. The affine goes to sform, and to
// qform where it is a rotation with spacing. Throws Error(kOutput or kOutOfResources).
void write_nifti(const std::filesystem::path& path, const image::Volume& volume, const WriteOptions& options = {});
void write_nifti(const std::filesystem::path& path, const image::LabelVolume& volume, const WriteOptions& options);
void write_nifti(const std::filesystem::path& path, const image::BasicVolume<std::uint8_t>& volume, const WriteOptions& options);

// Whether the name ends as an image file of a format above (any case; AppleDouble "._" names excluded).
bool has_image_extension(const std::filesystem::path& path);

// The file name without the extensions of has_image_extension ("a/b_t1.nii.gz" -> "b_t1").
std::string image_stem(const std::filesystem::path& path);

} // namespace brainmvp::io
