#include "report/overlays.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <set>

#include "base/error.h"
#include "image/orientation.h"
#include "io/image_file.h"
#include "metrics/cases.h"
#include "report/names.h"
#include "report/overlay_volumes.h"
#include "study/studies_file.h"

namespace brainmvp::report {
namespace fs = std::filesystem;
namespace {

constexpr std::array<std::string_view, 5> kBestBackgrounds{"flair", "t1c", "dwi", "t2", "t1"};
constexpr std::array<double, 6> kSpacingsMm{1.25, 1.5, 2, 2.5, 3, 4}; // of the volumes: the first that fits the budget
constexpr double kPictureSpacingMm = 1;

struct PredictionSet {
  std::string name;
  std::map<std::string, fs::path> files; // by case
};

std::vector<PredictionSet> find_predictions(const std::vector<fs::path>& folders) {
  std::vector<PredictionSet> sets;
  std::vector<std::string> taken;
  for (const fs::path& folder : folders) {
    taken.push_back(unused_name({name_of_predictions(folder)}, taken));
    PredictionSet set{.name = taken.back(), .files = {}};
    for (const metrics::CaseFile& file : metrics::find_cases(folder, {})) {
      set.files[file.name] = file.path;
    }
    sets.push_back(std::move(set));
  }
  return sets;
}

// Studies that some set has a prediction of, spread from the worst score to the best.
std::vector<study::Study> choose_studies(const study::StudiesFile& file, const std::vector<PredictionSet>& sets,
                                         const OverlayOptions& options) {
  std::vector<study::Study> found;
  std::ranges::copy_if(file.studies, std::back_inserter(found), [&](const study::Study& study) {
    return std::ranges::any_of(sets, [&](const PredictionSet& set) { return set.files.contains(study.id); });
  });
  if (found.empty()) {
    throw Error(ExitCode::kNothingFound, options.studies.string() + ": none of its studies has a prediction in " +
                                             options.predictions.front().string() +
                                             "; name the studies file that was given to `brainmvp predict`");
  }
  const std::map<std::string, double> scores(options.scores.begin(), options.scores.end());
  std::ranges::stable_sort(found, {}, [&](const study::Study& study) {
    const auto score = scores.find(study.id);
    return score == scores.end() ? 2.0 : score->second;
  });
  const std::size_t count = std::min(options.cases, found.size());
  std::vector<study::Study> chosen;
  for (std::size_t i = 0; i < count; ++i) {
    chosen.push_back(found[count == 1 ? (found.size() - 1) / 2 : i * (found.size() - 1) / (count - 1)]);
  }
  return chosen;
}

// Positions of a study's modalities, the best background first.
std::vector<std::size_t> ordered_modalities(const study::Study& study) {
  std::vector<std::size_t> order(study.modalities.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t index) {
    return std::ranges::find(kBestBackgrounds, study.modalities[index]) - kBestBackgrounds.begin();
  });
  return order;
}

void read_images(const study::Study& study, OverlayCase& overlay, CaseVolumes& volumes) {
  const bool in_one_file = study.images.size() == 1;
  for (const std::size_t index : ordered_modalities(study)) {
    const io::ImageFile file = io::read_image(study.images.at(in_one_file ? 0 : index));
    const std::size_t channel = in_one_file ? std::min(index, file.channels.size() - 1) : 0;
    volumes.images.push_back(image::to_ras(file.channels.at(channel)));
    overlay.images.push_back({.name = study.modalities[index], .nifti = {}});
  }
  if (volumes.images.empty()) { // a list without modalities
    volumes.images.push_back(image::to_ras(io::read_image(study.images.at(0)).channels.at(0)));
    overlay.images.push_back({.name = "image", .nifti = {}});
  }
}

// Labels by their names in the table, otherwise as "label 3".
std::vector<std::pair<std::string, int>> labels_of(const std::set<int>& values, const study::LabelTable& table) {
  std::vector<std::pair<std::string, int>> labels;
  for (const int value : values) {
    const auto named = std::ranges::find(table.labels, value, &std::pair<std::string, int>::second);
    labels.emplace_back(named == table.labels.end() ? "label " + std::to_string(value) : named->first, value);
  }
  return labels;
}

std::size_t volume_bytes(const OverlayCase& overlay) {
  std::size_t bytes = overlay.reference.nifti.size();
  for (const auto* layers : {&overlay.images, &overlay.predictions}) {
    for (const Layer& layer : *layers) {
      bytes += layer.nifti.size();
    }
  }
  return bytes;
}

std::size_t slice_bytes(const OverlayCase& overlay) {
  std::size_t bytes = 0;
  for (const PlaneView& view : overlay.planes) {
    for (const std::string& image : view.images) {
      bytes += image.size();
    }
  }
  return bytes;
}

void fill_volumes(const CaseVolumes& volumes, OverlayCase& overlay) {
  for (std::size_t i = 0; i < volumes.images.size(); ++i) {
    overlay.images[i].nifti = small_nifti(volumes.images[i]);
  }
  for (std::size_t i = 0; i < volumes.predictions.size(); ++i) {
    overlay.predictions[i].nifti = small_nifti(volumes.predictions[i]);
  }
  overlay.reference.nifti = volumes.reference ? small_nifti(*volumes.reference) : "";
}

void fill_planes(const CaseVolumes& volumes, OverlayCase& overlay) {
  const image::Size place = lesion_of(volumes);
  const image::Size& size = volumes.images.front().size;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    overlay.lesion[axis] = (static_cast<double>(place[axis]) + 0.5) / static_cast<double>(size[axis]);
  }
  overlay.planes = plane_views(volumes, place);
  for (PlaneView& view : overlay.planes) {
    view.reference.name = overlay.reference.name;
    for (std::size_t i = 0; i < view.predictions.size(); ++i) {
      view.predictions[i].name = overlay.predictions[i].name;
    }
  }
}

OverlayCase make_overlay(const study::Study& study, const std::vector<PredictionSet>& sets, std::size_t budget,
                         std::set<int>& values) {
  OverlayCase overlay;
  overlay.case_name = study.id;
  overlay.reference.name = "reference";
  CaseVolumes volumes;
  read_images(study, overlay, volumes);
  for (const PredictionSet& set : sets) {
    if (const auto file = set.files.find(study.id); file != set.files.end()) {
      volumes.predictions.push_back(io::read_label(file->second).volume);
      values.insert(volumes.predictions.back().data.begin(), volumes.predictions.back().data.end());
      overlay.predictions.push_back({.name = set.name, .nifti = {}});
    }
  }
  if (study.label) {
    volumes.reference = io::read_label(*study.label).volume;
    values.insert(volumes.reference->data.begin(), volumes.reference->data.end());
  }
  const image::Grid box = head_grid(volumes.images.front());
  fill_planes(resampled(volumes, box, kPictureSpacingMm), overlay);
  for (const double spacing_mm : kSpacingsMm) {
    overlay.spacing_mm = spacing_mm;
    fill_volumes(resampled(volumes, box, spacing_mm), overlay);
    if (volume_bytes(overlay) + slice_bytes(overlay) <= budget) {
      break;
    }
  }
  return overlay;
}

} // namespace

Overlays make_overlays(const OverlayOptions& options) {
  const study::StudiesFile file = study::read_studies_file(options.studies);
  const std::vector<PredictionSet> sets = find_predictions(options.predictions);
  Overlays overlays;
  std::set<int> values;
  const std::vector<study::Study> studies = choose_studies(file, sets, options);
  for (const study::Study& study : studies) {
    overlays.cases.push_back(make_overlay(study, sets, options.byte_budget / studies.size(), values));
  }
  values.erase(0);
  overlays.labels = labels_of(values, file.table);
  return overlays;
}

} // namespace brainmvp::report
