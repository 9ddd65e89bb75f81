#include "report/overlays.h"

#include <algorithm>
#include <array>
#include <map>
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
constexpr double kPictureSpacingMm = 1.25;

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

image::Volume read_background(const study::Study& study, std::string& modality) {
  std::size_t index = 0;
  for (const std::string_view wanted : kBestBackgrounds) {
    const auto found = std::ranges::find(study.modalities, wanted);
    if (found != study.modalities.end()) {
      index = static_cast<std::size_t>(found - study.modalities.begin());
      break;
    }
  }
  modality = index < study.modalities.size() ? study.modalities[index] : "image";
  const bool in_one_file = study.images.size() == 1;
  const io::ImageFile file = io::read_image(study.images.at(in_one_file ? 0 : index));
  return image::to_ras(file.channels.at(in_one_file ? std::min(index, file.channels.size() - 1) : 0));
}

// Labels of the predictions by their names in the table, otherwise as "label 3".
std::vector<std::pair<std::string, int>> labels_of(const std::set<int>& values, const study::LabelTable& table) {
  std::vector<std::pair<std::string, int>> labels;
  for (const int value : values) {
    const auto named = std::ranges::find(table.labels, value, &std::pair<std::string, int>::second);
    labels.emplace_back(named == table.labels.end() ? "label " + std::to_string(value) : named->first, value);
  }
  return labels;
}

std::size_t bytes_of(const OverlayCase& overlay) {
  std::size_t bytes = overlay.image.nifti.size() + overlay.outline.nifti.size();
  for (const Layer& layer : overlay.predictions) {
    bytes += layer.nifti.size();
  }
  return bytes;
}

void fill_volumes(const CaseVolumes& volumes, OverlayCase& overlay) {
  overlay.image.nifti = small_nifti(volumes.image);
  overlay.outline.nifti = volumes.reference ? small_nifti(edges(*volumes.reference)) : "";
  for (std::size_t i = 0; i < volumes.predictions.size(); ++i) {
    overlay.predictions[i].nifti = small_nifti(volumes.predictions[i]);
  }
}

OverlayCase make_overlay(const study::Study& study, const std::vector<PredictionSet>& sets, std::size_t budget,
                         std::set<int>& values) {
  OverlayCase overlay{.case_name = study.id, .spacing_mm = 0, .image = {}, .predictions = {}, .outline = {}, .pictures = {}};
  const image::Volume image = read_background(study, overlay.image.name);
  std::vector<image::LabelVolume> predictions;
  for (const PredictionSet& set : sets) {
    if (const auto file = set.files.find(study.id); file != set.files.end()) {
      predictions.push_back(io::read_label(file->second).volume);
      values.insert(predictions.back().data.begin(), predictions.back().data.end());
      overlay.predictions.push_back({.name = set.name, .nifti = {}});
    }
  }
  const auto reference = study.label ? std::optional(io::read_label(*study.label).volume) : std::nullopt;
  const image::Grid box = head_grid(image);
  const CaseVolumes pictured = resampled(image, predictions, reference, box, kPictureSpacingMm);
  std::size_t pictures = 0;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const io::Picture picture = overlay_picture(pictured, i);
    overlay.pictures.push_back(
        {.name = overlay.predictions[i].name, .png = io::encode_png(picture), .width = picture.width, .height = picture.height});
    pictures += overlay.pictures.back().png.size();
  }
  for (const double spacing_mm : kSpacingsMm) {
    overlay.spacing_mm = spacing_mm;
    fill_volumes(resampled(image, predictions, reference, box, spacing_mm), overlay);
    if (bytes_of(overlay) + pictures <= budget) {
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
