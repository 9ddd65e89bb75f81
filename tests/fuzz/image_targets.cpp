#include "fuzz/image_targets.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "io/dicom.h"
#include "io/gzip.h"
#include "io/image_file.h"
#include "support/dicom_bytes.h"

namespace brainmvp::fuzz {
namespace {

void check_header(const io::ImageHeader& header) {
  for (std::size_t row = 0; row < 3; ++row) {
    require(std::isfinite(header.affine.translation[row]), "the affine is finite");
    require(std::ranges::all_of(header.affine.matrix[row], [](double value) { return std::isfinite(value); }),
            "the affine is finite");
  }
  (void)header.affine.inverse();
  require(std::isfinite(header.slope) && std::isfinite(header.intercept), "the scaling is finite");
}

void read_file(const std::filesystem::path& path) {
  io::ImageFile image;
  if (accepts([&] { image = io::read_image(path); })) {
    check_header(image.header);
    require(image.channels.size() == image.header.channels, "as many volumes as channels");
    for (const image::Volume& volume : image.channels) {
      require(volume.data.size() == volume.voxels() && volume.size == image.header.size, "a volume is whole");
      require(std::ranges::all_of(volume.data, [](float value) { return std::isfinite(value); }), "voxels are finite");
    }
    const io::ImageHeader header = io::read_header(path); // takes what the whole reader takes
    require(header.size == image.header.size && header.affine == image.header.affine, "both readers agree on the header");
  }
  (void)accepts([&] { (void)io::read_label(path); });
}

template <class T>
void put(std::string& bytes, std::size_t offset, T value) {
  std::memcpy(bytes.data() + offset, &value, sizeof value);
}

// A volume of 3 x 4 x 5 in each of the forms that are written, and in forms made of them.
std::string nifti_seed(std::size_t number) {
  image::Volume volume{
      .size = {3, 4, 5}, .affine = {.matrix = {{{0, -2, 0}, {1, 0, 0}, {0, 0, 3}}}, .translation = {1, 2, 3}}, .data = {}};
  for (std::size_t i = 0; i < volume.voxels(); ++i) {
    volume.data.push_back(static_cast<float>(i % 3));
  }
  constexpr std::array<io::StoredType, 4> kTypes{io::StoredType::kUint8, io::StoredType::kInt16, io::StoredType::kInt32,
                                                 io::StoredType::kFloat32};
  std::string bytes = text_of(io::encode_nifti(volume, {.type = kTypes[number % kTypes.size()], .slope = 0.5}));
  switch (number / kTypes.size()) {
  case 0:
    return bytes;
  case 1:
    return io::gzip(std::as_bytes(std::span(bytes)));
  case 2: // four channels
    put(bytes, 40, std::int16_t{4});
    put(bytes, 42, std::int16_t{3});
    put(bytes, 44, std::int16_t{1});
    put(bytes, 48, std::int16_t{4});
    return bytes;
  default:
    return "";
  }
}

std::string mgh_seed() {
  std::string bytes(284 + 60 * 4, '\0');
  const std::array<std::uint8_t, 24> start{0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0, 3};
  std::memcpy(bytes.data(), start.data(), start.size());
  return bytes;
}

} // namespace

void run_nifti(Input input) {
  if (input.size() > kLargestInput) {
    return;
  }
  const ScratchFile file(input, ".nii");
  read_file(file.path());
}

std::string seed_nifti(std::size_t number) {
  std::string bytes = nifti_seed(number);
  return bytes.empty() && number == 12 ? mgh_seed() : bytes;
}

void run_text_image(Input input) {
  if (input.size() > kLargestInput) {
    return;
  }
  const ScratchFile file(input, text_of(input.first(std::min<std::size_t>(input.size(), 4))) == "NRRD" ? ".nrrd" : ".mha");
  read_file(file.path());
}

std::string seed_text_image(std::size_t number) {
  const std::string voxels(2 * 3 * 4 * 2, '\1');
  const std::string meta = "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
                           "CompressedData = False\nTransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 1 2 3\n"
                           "ElementSpacing = 1 1 2\nDimSize = 2 3 4\nElementType = MET_SHORT\nElementDataFile = LOCAL\n";
  const std::string nrrd = "NRRD0005\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 2 3 4\n"
                           "space directions: (1,0,0) (0,1,0) (0,0,2)\nkinds: domain domain domain\nendian: little\n"
                           "encoding: raw\nspace origin: (1,2,3)\n\n";
  return number == 0 ? meta + voxels : number == 1 ? nrrd + voxels : "";
}

void run_gzip(Input input) {
  constexpr std::size_t kLimit = 1U << 20;
  if (input.size() > kLargestInput) {
    return;
  }
  io::Unzipped whole{.buffer = io::Buffer(0), .warnings = {}};
  const bool read = accepts([&] { whole = io::gunzip(input, kLimit, "input"); });
  require(whole.buffer.size <= kLimit, "never more than the limit");
  std::vector<std::byte> front;
  const bool front_read = accepts([&] { front = io::gunzip_front(input, 100, "input"); });
  if (read && io::is_gzip(input)) {
    require(front_read, "what is read whole has a front");
    const std::size_t shared = std::min(front.size(), whole.buffer.size);
    require(std::memcmp(front.data(), whole.buffer.data.get(), shared) == 0, "libdeflate and zlib agree");
    const std::string again = io::gzip(whole.buffer.bytes());
    const io::Unzipped twice = io::gunzip(std::as_bytes(std::span(again)), kLimit, "again");
    require(text_of(twice.buffer.bytes()) == text_of(whole.buffer.bytes()), "packing and unpacking gives the same");
  }
  (void)accepts([&] { require(io::unzip_stream(input, kLimit, "input").size <= kLimit, "never more than the limit"); });
}

std::string seed_gzip(std::size_t number) {
  const std::string text = number % 2 == 0 ? "two heads are better than one" : std::string(5000, 'x') + "yz";
  const std::string packed = io::gzip(std::as_bytes(std::span(text)));
  return number < 2 ? packed : number == 2 ? packed + packed + std::string(9, '\0') : "";
}

void run_dicom(Input input) {
  io::DicomHeader header;
  if (accepts([&] { header = io::parse_dicom(input, "slice"); })) {
    require(!header.echo_ms || std::isfinite(*header.echo_ms), "numbers are finite");
    require(!header.b_value || std::isfinite(*header.b_value), "numbers are finite");
    require(header.frames >= 1, "a file has a frame");
  }
}

std::string seed_dicom(std::size_t number) {
  const std::array seeds{test::flair_slice(1), test::flair_slice(2, test::kImplicitLittle), test::enhanced_diffusion()};
  return number < seeds.size() ? seeds.at(number) : "";
}

} // namespace brainmvp::fuzz
