// The globals of torch.save's pickles, each as a checked function of ours.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "checkpoint/node.h"

namespace brainmvp::checkpoint::pickle {

// Gives the bytes of record data/<key>, which must be `bytes` long.
using LoadStorage = std::function<at::Storage(const std::string& key, std::int64_t bytes)>;

// The node for a global. Throws Error(kBadInput) that names it when it is none of the few that are known.
Node known_global(const std::string& module, const std::string& name);

// The storage for ('storage', class, key, location, elements); the location is ignored, all is read to the CPU.
TypedStorage storage_of(const std::vector<Node>& nodes, const NodeTuple& persistent_id, const LoadStorage& load);

// The result of callable(*arguments).
Node call(const std::vector<Node>& nodes, Callable callable, const NodeTuple& arguments);

} // namespace brainmvp::checkpoint::pickle
