// Which label maps of two sources belong together.
//
//   const std::vector<CasePair> cases = pair_cases("predictions", "studies.json", {}, false);
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "study/studies_file.h"

namespace brainmvp::metrics {

struct CaseFile {
  std::string name;
  std::filesystem::path path;
};

// The label maps of a source, by name.
// - A studies file (.json): the label of each study of `splits` (all when empty), named by the study's id.
// - One image file.
// - A folder with its subfolders: the files whose name ends in a label's word (p1_seg.nii.gz), or all image files when there
//   are none; images of modalities and probability maps (*_probseg) are passed over. The name is the file's stem without the
//   label's word and BIDS's space-, res-, desc-, label- and hemi- entities; the folder's name when nothing is left
//   (p1/seg.nii.gz). Of several of one name that counts which `index` takes: a lesion's before tissues, in no other space; halves
//   are refused. A file whose whole stem is one of the `known` names is that case, whatever word it ends in.
// Throws Error(kBadInput) when `source` does not exist or two files have one name, Error(kNothingFound) for no label map.
std::vector<CaseFile> find_cases(const std::filesystem::path& source, std::span<const study::Split> splits,
                                 const std::set<std::string>& known = {});

struct CasePair {
  std::string name;
  std::optional<std::filesystem::path> prediction; // nothing: it is missing and counts as the worst
  std::filesystem::path reference;
};

// Pairs of equal names, in the order of `references`. Throws Error(kBadInput) for cases of one side only, which it names, and
// Error(kNothingFound) when no name is on both. With `allow_missing` references without a prediction stay, and predictions
// without a reference are left out with a warning.
std::vector<CasePair> match_cases(const std::vector<CaseFile>& predictions, const std::vector<CaseFile>& references,
                                  bool allow_missing);

// find_cases of both, of several sources of predictions all together, and match_cases; one predicted image file belongs to a
// single reference whatever its name.
std::vector<CasePair> pair_cases(const std::vector<std::filesystem::path>& predictions, const std::filesystem::path& references,
                                 std::span<const study::Split> splits, bool allow_missing);

} // namespace brainmvp::metrics
