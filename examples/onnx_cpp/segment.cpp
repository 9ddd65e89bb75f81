// Segments a study with a network that `brainmvp export --format onnx` wrote, without libtorch:
//   onnx_segment EXPORT OUT.nii.gz t1=T1.nii.gz flair=FLAIR.nii.gz ...
// gives the label map that `brainmvp predict` gives. Preparing, interpolating and reading are brainmvp's own libraries.
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "base/error.h"
#include "blending.h"
#include "image/resample.h"
#include "io/image_file.h"
#include "study.h"

namespace example {
namespace {

using brainmvp::Error;
using brainmvp::ExitCode;

struct Painting {
  bool exclusive;
  std::vector<int> values;        // the label that each output paints
  std::vector<std::size_t> order; // of regions: later ones over earlier
};

int decided(const std::vector<Volume>& probabilities, std::size_t voxel, const Painting& painting) {
  if (painting.exclusive) {
    std::size_t best = 0;
    for (std::size_t output = 1; output < probabilities.size(); ++output) {
      best = probabilities[output].data[voxel] > probabilities[best].data[voxel] ? output : best;
    }
    return painting.values[best];
  }
  int label = 0;
  for (const std::size_t output : painting.order) {
    label = probabilities[output].data[voxel] > 0.5F ? painting.values[output] : label;
  }
  return label;
}

// On the grid of the images.
brainmvp::image::LabelVolume label_map(const Study& study, const std::vector<Volume>& probabilities, const Painting& painting) {
  const brainmvp::image::Grid& native = study.prepared.way_back.native;
  std::vector<Volume> on_native;
  for (const Volume& probability : probabilities) {
    on_native.push_back(brainmvp::image::resample_linear(probability, native, brainmvp::image::Outside::kZero));
  }
  brainmvp::image::LabelVolume labels{.size = native.size, .affine = native.affine, .data = {}};
  for (std::size_t voxel = 0; voxel < labels.voxels(); ++voxel) {
    labels.data.push_back(decided(on_native, voxel, painting));
  }
  return labels;
}

void segment(const std::filesystem::path& folder, const std::filesystem::path& out, const std::vector<std::string>& images) {
  const Json record = Json::parse(std::ifstream(folder / "brainmvp.json"));
  if (record.at("format") != "brainmvp-export" || record.at("version") != 1 || record.at("task") != "segment") {
    throw Error(ExitCode::kBadInput, folder.string() + ": no exported segmentation of version 1");
  }
  const auto network = read_network(folder / record.at("network").get<std::string>(), record.at("input").at("shape"));
  const Study study = prepared_study(folder, record, images);
  const Json& painting = record.at("painting");
  const brainmvp::image::LabelVolume labels =
      label_map(study, blended(study, record, *network),
                {.exclusive = painting.at("exclusive"), .values = painting.at("values"), .order = painting.at("order")});
  brainmvp::io::write_nifti(out, labels, {.type = brainmvp::io::StoredType::kUint8});
}

} // namespace
} // namespace example

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: onnx_segment EXPORT OUT.nii.gz MODALITY=FILE...\n";
    return static_cast<int>(brainmvp::ExitCode::kUsage);
  }
  try {
    example::segment(argv[1], argv[2], {argv + 3, argv + argc});
    return EXIT_SUCCESS;
  } catch (const brainmvp::Error& error) {
    std::cerr << "error: " << error.what() << "\n";
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    std::cerr << "error: " << argv[1] << ": " << error.what() << "\n";
    return static_cast<int>(brainmvp::ExitCode::kBadInput);
  }
}
