// Predictions over images: small volumes for the page's viewer, and pictures for readers without it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace brainmvp::report {

struct OverlayOptions {
  std::vector<std::filesystem::path> predictions; // folders that `brainmvp predict` wrote
  std::filesystem::path studies;                  // studies file with the images and, if any, the references
  std::size_t cases = 4;
  std::vector<std::pair<std::string, double>> scores; // (case, Dice): cases are spread over them; empty: the first cases
  std::size_t byte_budget = 2'200'000;                // of all volumes and pictures, before base64
};

struct Layer {
  std::string name;  // of the modality, or of the set of predictions
  std::string nifti; // gzip; uint8, RAS
};

struct LayerPicture {
  std::string name; // of the set of predictions
  std::string png;  // axial, coronal and sagittal slices: labels filled, the reference as an outline
  std::size_t width = 0;
  std::size_t height = 0;
};

struct OverlayCase {
  std::string case_name;
  double spacing_mm = 0; // of the volumes
  Layer image;
  std::vector<Layer> predictions; // one a folder that has the case
  Layer outline;                  // of the reference: 1 on its edge; empty without a reference
  std::vector<LayerPicture> pictures;
};

struct Overlays {
  std::vector<OverlayCase> cases;
  std::vector<std::pair<std::string, int>> labels; // name and value of each label that a prediction holds
};

// Colour of a label value, in pictures and in the viewer: red, green, blue.
struct Colour {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
};
Colour label_colour(int value);
inline constexpr Colour kOutlineColour{0, 229, 255};

// Throws Error(kNothingFound) when no prediction belongs to a study of the file, and Error(kBadInput) as reading does.
Overlays make_overlays(const OverlayOptions& options);

} // namespace brainmvp::report
