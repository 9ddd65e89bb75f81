// What label values mean in known data sets. The same number names different tissue in different editions of BraTS, so a
// scheme is used only where a data set's name and the values in its label maps leave no doubt.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "study/findings.h"

namespace brainmvp::study {

inline constexpr std::string_view kBrats2021 = "BraTS 2017-2021";
inline constexpr std::string_view kBrats2023 = "BraTS 2023";
inline constexpr std::string_view kBratsPed2024 = "BraTS-PED 2024";
inline constexpr std::string_view kIsles2022 = "ISLES 2022";
inline constexpr std::string_view kMrbrains13 = "MRBrainS13";
inline constexpr std::string_view kSchwannoma = "vestibular schwannoma";
inline constexpr std::string_view kCrossmoda2021 = "crossMoDA 2021";

// Table of a known scheme; null for another name.
const LabelTable* known_scheme(std::string_view name);

// Label values of a table, the background and what is to be ignored included.
std::set<int> declared_values(const LabelTable& table);

// Says which label maps share no value besides 0 with the others, such as masks of 1 among masks of 255: "the values 1 (p0, p1)
// and 255 (p2) never stand in one label map"; empty when they do not fall apart. `maps`: ids and values.
std::string unrelated_values(const std::vector<std::pair<std::string, std::set<int>>>& maps);

// A labelled study: the schemes it may follow and the values in its label map.
struct LabelEvidence {
  std::string study;
  std::string dataset;
  std::vector<std::string> schemes;
  std::set<int> values;
};

// The table that holds for all labelled studies, or an empty one with a warning when they differ or do not fit.
LabelTable common_label_table(const std::vector<LabelEvidence>& evidence, Findings& findings);

} // namespace brainmvp::study
