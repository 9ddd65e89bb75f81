#include "register/shared_motion.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "image/resample.h"

namespace brainmvp::registration {
namespace {

// Times the information of the shared motion, for an image to keep its own. docs/background/registration.md says how it was
// chosen.
constexpr double kOwnMotionGain = 1.1;

bool never_part(const std::string& a, const std::string& b) {
  const auto diffusion = [](const std::string& modality) { return modality == "dwi" || modality == "adc"; };
  return diffusion(a) && diffusion(b);
}

class Group {
public:
  Group(const GroupImage& reference, std::span<const GroupImage> images, const AlignOptions& options)
      : reference_(reference), images_(images), options_(options), own_(images.size()) {}

  std::vector<SharedAlignment> aligned() {
    const bool on_reference = image::same_grid(image::grid_of(reference_.volume), image::grid_of(images_.front().volume));
    for (std::size_t n = 0; n < images_.size(); ++n) {
      if (!on_reference || !never_part(reference_.modality, images_[n].modality)) {
        own_[n] = at(n, [&] { return align(reference_.volume, images_[n].volume, options_); });
      }
    }
    if (on_reference) {
      place_all({.alignment = {}, .motion_of = reference_.modality});
    } else {
      place_all(motion_of(best([](std::size_t) { return true; })));
    }
    part_where_clearly_better();
    return std::move(placed_);
  }

private:
  template <class Work>
  Alignment at(std::size_t n, const Work& work) const {
    return with_context("aligning " + images_[n].file + " to " + reference_.file, work);
  }

  [[nodiscard]] SharedAlignment motion_of(std::size_t n) const {
    return {.alignment = *own_[n], .motion_of = images_[n].modality};
  }

  // The estimate of the most information among those wanted, of which there is one.
  template <class Wanted>
  [[nodiscard]] std::size_t best(const Wanted& wanted) const {
    std::optional<std::size_t> found;
    for (std::size_t n = 0; n < own_.size(); ++n) {
      if (own_[n] && wanted(n) && (!found || own_[n]->information_after > own_[*found]->information_after)) {
        found = n;
      }
    }
    return found.value();
  }

  [[nodiscard]] SharedAlignment placed(std::size_t n, const SharedAlignment& motion) const {
    if (motion.motion_of == images_[n].modality) {
      return motion;
    }
    SharedAlignment result{
        .alignment =
            at(n, [&] { return aligned_by(motion.alignment.to_moving, reference_.volume, images_[n].volume, options_); }),
        .motion_of = motion.motion_of};
    result.alignment.repeat_mm = motion.alignment.repeat_mm;
    return result;
  }

  void place_all(const SharedAlignment& motion) {
    for (std::size_t n = 0; n < images_.size(); ++n) {
      placed_.push_back(placed(n, motion));
    }
  }

  void part_where_clearly_better() {
    const std::vector<SharedAlignment> shared = placed_;
    for (std::size_t n = 0; n < images_.size(); ++n) {
      if (!own_[n]) {
        continue;
      }
      const std::size_t leader =
          best([&](std::size_t other) { return other == n || never_part(images_[n].modality, images_[other].modality); });
      if (own_[leader]->information_after > kOwnMotionGain * shared[leader].alignment.information_after) {
        placed_[n] = placed(n, motion_of(leader));
        placed_[n].parted_from = shared[n].motion_of;
      }
    }
  }

  const GroupImage& reference_;
  std::span<const GroupImage> images_;
  const AlignOptions& options_;
  std::vector<std::optional<Alignment>> own_; // nothing for what always stays with the reference
  std::vector<SharedAlignment> placed_;
};

} // namespace

std::vector<SharedAlignment> align_group(const GroupImage& reference, std::span<const GroupImage> group,
                                         const AlignOptions& options) {
  return Group(reference, group, options).aligned();
}

} // namespace brainmvp::registration
