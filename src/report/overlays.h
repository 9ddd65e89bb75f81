// Predictions over images: slices with contours that the page shows, and small volumes for its viewer.
#pragma once

#include <array>
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
  std::size_t byte_budget = 3'000'000;                // of all volumes and pictures, before base64
};

struct Layer {
  std::string name;  // of the modality, of the set of predictions, or "reference"
  std::string nifti; // gzip; uint8, RAS
};

struct Contour {
  int label = 0;
  std::string path; // of an SVG <path>, in pixels of the slice from its upper left corner
};

struct ContourLayer {
  std::string name; // as the Layer's
  std::vector<Contour> contours;
};

struct PlaneView {
  std::string plane; // "axial"
  std::size_t width = 0;
  std::size_t height = 0;
  std::vector<std::string> images; // PNG, one a modality
  std::vector<ContourLayer> predictions;
  ContourLayer reference;
};

struct OverlayCase {
  std::string case_name;
  double spacing_mm = 0;          // of the volumes
  std::array<double, 3> lesion{}; // where the slices meet, as shares of the volumes' sides
  std::vector<Layer> images;      // one a modality, the best background first
  std::vector<Layer> predictions; // one a folder that has the case
  Layer reference;                // without data when there is none
  std::vector<PlaneView> planes;  // axial, coronal, sagittal
};

struct Overlays {
  std::vector<OverlayCase> cases;
  std::vector<std::pair<std::string, int>> labels; // name and value of each label that a prediction or a reference holds
};

// Colour of a label value, in pictures and in the viewer: red, green, blue.
struct Colour {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
};
Colour label_colour(int value);

// Throws Error(kNothingFound) when no prediction belongs to a study of the file, and Error(kBadInput) as reading does.
Overlays make_overlays(const OverlayOptions& options);

} // namespace brainmvp::report
