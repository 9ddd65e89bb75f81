#include "finetune/foreground.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "study/label_scheme.h"

namespace brainmvp::finetune {
namespace {

struct CropAxis {
  std::int64_t first; // range of starts
  std::int64_t last;
};

CropAxis starts_of(std::size_t volume, std::size_t crop) {
  const auto side = static_cast<std::int64_t>(crop);
  const auto length = static_cast<std::int64_t>(volume);
  const std::int64_t front = std::max<std::int64_t>(side - length, 0) / 2;
  return {.first = -front, .last = std::max(length, side) - side - front};
}

std::int64_t drawn_between(std::int64_t first, std::int64_t last, RandomStream& stream) {
  return first + static_cast<std::int64_t>(stream.below(static_cast<std::uint64_t>(last - first + 1)));
}

// Keeps a uniform draw of kKeptVoxels (Vitter 1985, algorithm R: doi 10.1145/3147.3165).
void keep(std::vector<store::Start>& kept, std::uint64_t seen_before, const store::Start& voxel, RandomStream& stream) {
  if (kept.size() < kKeptVoxels) {
    kept.push_back(voxel);
    return;
  }
  const std::uint64_t place = stream.below(seen_before + 1);
  if (place < kKeptVoxels) {
    kept[place] = voxel;
  }
}

} // namespace

Foreground find_foreground(const store::StoredStudy& study, std::uint64_t seed, const std::optional<int>& ignore) {
  const image::Size& size = study.size();
  std::vector<std::uint8_t> labels(image::voxel_count(size));
  study.copy_label_crop({0, 0, 0}, size, labels);
  RandomStream stream({seed, text_key(study.id()), text_key("foreground")});
  Foreground foreground;
  const auto row = static_cast<std::int64_t>(size[2]);
  const auto slice = row * static_cast<std::int64_t>(size[1]);
  for (std::size_t index = 0; index < labels.size(); ++index) {
    const int value = labels[index];
    const std::uint64_t before = foreground.counts[value]++;
    if (value != 0 && ignore != value) {
      const auto at = static_cast<std::int64_t>(index);
      keep(foreground.voxels[value], before, {at / slice, at % slice / row, at % row}, stream);
    }
  }
  return foreground;
}

store::Start draw_voxel(const Foreground& foreground, RandomStream& stream) {
  auto chosen = foreground.voxels.begin();
  std::advance(chosen, static_cast<std::ptrdiff_t>(stream.below(foreground.voxels.size())));
  return chosen->second[stream.below(chosen->second.size())];
}

store::Start crop_around(const store::Start& voxel, const image::Size& volume, const image::Size& size, RandomStream& stream) {
  store::Start start{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto side = static_cast<std::int64_t>(size[axis]);
    const CropAxis range = starts_of(volume[axis], size[axis]);
    const std::int64_t inside = drawn_between(side / 4, side - 1 - side / 4, stream);
    start[axis] = std::clamp(voxel[axis] - inside, range.first, range.last);
  }
  return start;
}

store::Start draw_crop(const image::Size& volume, const image::Size& size, RandomStream& stream) {
  store::Start start{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const CropAxis range = starts_of(volume[axis], size[axis]);
    start[axis] = drawn_between(range.first, range.last, stream);
  }
  return start;
}

std::vector<std::pair<std::string, int>> label_names(const study::LabelTable& table,
                                                     const std::vector<std::pair<std::string, Foreground>>& studies) {
  const bool says_all = !table.labels.empty() || !table.regions.empty();
  std::set<int> declared = study::declared_values(table);
  std::set<int> found{0};
  for (const auto& [id, foreground] : studies) {
    for (const auto& [value, count] : foreground.counts) {
      if (says_all && !declared.contains(value)) {
        throw Error(ExitCode::kBadInput,
                    "study " + id + ": its label map has the value " + std::to_string(value) + " in " + std::to_string(count) +
                        " voxels, which the labels of the studies file do not declare; correct the label map or the labels, "
                        "and run prepare again");
      }
      found.insert(value);
    }
  }
  if (!table.labels.empty()) {
    return table.labels;
  }
  if (table.ignore) {
    declared.erase(*table.ignore);
  }
  std::vector<std::pair<std::string, int>> names;
  for (const int value : says_all ? declared : found) {
    names.emplace_back(value == 0 ? "background" : std::to_string(value), value);
  }
  return names;
}

} // namespace brainmvp::finetune
