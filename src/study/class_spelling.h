// One class in several spellings.
#pragma once

#include <string>
#include <vector>

namespace brainmvp::study {

// Gives names that differ only in case and blanks the spelling that is most frequent (first in the alphabet of as many); missing
// values are left alone. Returns a line for each class that had several: "AD (3), ad (1) are one class: AD".
std::vector<std::string> unify_spellings(const std::vector<std::string*>& names);

} // namespace brainmvp::study
