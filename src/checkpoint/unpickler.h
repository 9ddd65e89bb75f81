// A restricted unpickler: reads what torch.save writes, builds tensors and plain containers, runs nothing.
#pragma once

#include <string_view>

#include "checkpoint/rebuild.h"
#include "checkpoint/value.h"

namespace brainmvp::checkpoint::pickle {

// `bytes` is a data.pkl. Throws Error(kBadInput) that says at which byte what was wrong, or which global was asked for.
Value unpickle(std::string_view bytes, const LoadStorage& load);

} // namespace brainmvp::checkpoint::pickle
