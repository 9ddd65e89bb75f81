// Many names of tensors in one line.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace brainmvp::checkpoint {

// "decoder.* (22), encoder.norm.bias", where "decoder.*" stands for all that begin so, since none of `others` does.
std::string grouped_names(const std::vector<std::string>& names, const std::set<std::string>& others);

// These names of a fine-tuning network, also as the files that transfer_encoder reads may spell them.
std::set<std::string> spellings(const std::set<std::string>& names);

} // namespace brainmvp::checkpoint
