// One examination of one simulated person.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "image/resample.h"
#include "io/image_file.h"
#include "simulate/anatomy.h"
#include "simulate/label_values.h"
#include "simulate/pathology.h"
#include "simulate/protocol.h"

namespace brainmvp::simulate {

// A grid of a file; `centre_mm` is where the middle of the brain lies in the file's world.
struct TargetGrid {
  image::Grid grid;
  Vector centre_mm{0, 0, 0};
};

struct ImageRequest {
  Modality modality = Modality::kT1;
  TargetGrid target;
};

struct LabelRequest {
  LabelOf label_of = any_lesion_label;
  TargetGrid target;
};

struct StudySpec {
  std::uint64_t seed = 0;
  std::size_t number = 0; // of the study in its cohort; all random streams are made of seed and number
  FieldStrength field = FieldStrength::k3T;
  Pathology pathology = Pathology::kNone;
  double atrophy = 0;         // 0 none, 1 severe
  double brain_scale = 1;     // of lengths
  double deep_grey_scale = 1; // of caudate and putamen
  bool stripped = true;       // without skull and scalp
  bool registered = true;     // all images were moved to one grid; otherwise each is as it came from the scanner
  bool volumetric = false;    // 3D sequences where there are such
  double voxel_mm = 1;        // of the person; images cannot be finer
  std::vector<ImageRequest> images = {};
  std::vector<LabelRequest> labels = {};
  io::StoredType stored = io::StoredType::kInt16;
  double adc_unit = 1; // of ADC images, in 1e-6 mm2/s
};

// What the simulation tells of itself.
struct StudyRecord {
  std::vector<std::string> protocols; // one an image
  double lesion_ml = 0;
  std::string head = {}; // the label map that it is made from, or "drawn"
};

struct StudySink {
  std::function<void(std::size_t image, const image::Volume&, const io::WriteOptions&)> image;
  std::function<void(std::size_t label, const image::LabelVolume&)> label;
};

// Images and labels go to `sink` one by one, in the order of the requests.
StudyRecord simulate_study(const StudySpec& spec, const Anatomy& anatomy, const StudySink& sink);

} // namespace brainmvp::simulate
