// Images of equal content, which should be of one study only.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "study/studies_file.h"

namespace brainmvp::study {

struct Content {
  std::size_t study = 0; // position among the studies
  std::string image;     // "t1"
  std::string hash;      // equal for equal images
};

struct Twins {
  std::vector<std::string> of_splits;   // "flair, t1 of training tr_000, test ts_100": a test on it proves nothing
  std::vector<std::string> of_patients; // in one split
};

// `studies`: with id, split and patient.
Twins find_twins(const std::vector<Study>& studies, const std::vector<Content>& contents);

// The first of `texts`, and how many more there are.
std::string first_of(const std::vector<std::string>& texts);

} // namespace brainmvp::study
