// Counts in messages: "1 study", "3 studies".
#pragma once

#include <cstddef>
#include <string>

namespace brainmvp {

// The number and the noun, in the plural unless it is one; a noun of several words ends in the one that changes ("label map").
std::string counted(std::size_t number, const std::string& noun);

// The number and `one`, or `several` when it is not one: counted(n, "study is", "studies are").
std::string counted(std::size_t number, const std::string& one, const std::string& several);

} // namespace brainmvp
