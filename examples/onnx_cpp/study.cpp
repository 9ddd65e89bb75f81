#include "study.h"

#include <algorithm>

#include "base/error.h"
#include "io/image_file.h"
#include "store/crop_placement.h"

namespace example {
namespace {

using brainmvp::Error;
using brainmvp::ExitCode;

brainmvp::store::PrepareOptions options_of(const Json& preparation) {
  brainmvp::store::PrepareOptions options;
  options.spacing_mm = preparation.at("spacing_mm");
  options.low_percentile = preparation.at("low_percentile");
  options.high_percentile = preparation.at("high_percentile");
  options.percentiles_of = preparation.at("percentiles_of") == "foreground" ? brainmvp::store::PercentilesOf::kForeground
                                                                            : brainmvp::store::PercentilesOf::kCrop;
  options.reference = preparation.at("reference");
  options.z_scored = preparation.at("z_scored");
  return options;
}

} // namespace

Study prepared_study(const std::filesystem::path& folder, const Json& record, const std::vector<std::string>& images) {
  const std::vector<std::string> names = record.at("input").at("channels");
  brainmvp::study::Study files{.id = "study"};
  for (const std::string& image : images) {
    const std::size_t equals = image.find('=');
    const std::string name = image.substr(0, equals);
    if (equals == std::string::npos || std::ranges::find(names, name) == names.end()) {
      throw Error(ExitCode::kUsage, image + ": expected MODALITY=FILE, of " + record.at("input").at("channels").dump());
    }
    files.modalities.push_back(name);
    files.images.emplace_back(image.substr(equals + 1));
  }
  Study study{.prepared = prepare_study(files, options_of(record.at("preparation"))), .templates = {}, .channels = {}};
  const std::vector<std::size_t> window = record.at("blending").at("window");
  study.templates.reserve(names.size());
  for (const std::string& name : names) {
    const auto found = std::ranges::find(study.prepared.modalities, name);
    Channel channel;
    if (found != study.prepared.modalities.end()) {
      channel.values = &study.prepared.volumes[static_cast<std::size_t>(found - study.prepared.modalities.begin())];
    } else if (record.at("templates").contains(name)) {
      const std::string file = record.at("templates").at(name);
      study.templates.push_back(std::move(brainmvp::io::read_image(folder / file).channels.front()));
      channel.values = &study.templates.back();
      channel.offset = brainmvp::store::grid_offset(study.prepared.volumes.front().size, {window[0], window[1], window[2]},
                                                    channel.values->size);
    }
    study.channels.push_back(channel);
  }
  return study;
}

std::vector<float> input_at(const Study& study, const Size& window, const Start& start, float low, float high) {
  const std::size_t voxels = window[0] * window[1] * window[2];
  std::vector<float> input(study.channels.size() * voxels);
  for (std::size_t c = 0; c < study.channels.size(); ++c) {
    const Channel& channel = study.channels[c];
    if (channel.values == nullptr) {
      continue;
    }
    const Start place{start[0] + channel.offset[0], start[1] + channel.offset[1], start[2] + channel.offset[2]};
    for_overlap(window, place, channel.values->size, [&](std::size_t voxel, std::size_t i, std::size_t j, std::size_t k) {
      input[c * voxels + voxel] = std::clamp(channel.values->data[channel.values->index(i, j, k)], low, high);
    });
  }
  return input;
}

} // namespace example
