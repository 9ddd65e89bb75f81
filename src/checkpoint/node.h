// What unpickling builds before it becomes a Value: nodes that refer to each other by number, since a pickle may mention
// a container before it is filled, and several times.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "checkpoint/dtype.h"
#include "checkpoint/value.h"

namespace brainmvp::checkpoint::pickle {

using NodeId = std::uint32_t;

// Throws Error(kBadInput) for a pickle that torch.save would not write.
[[noreturn]] void refuse(const std::string& reason);

struct NodeList {
  std::vector<NodeId> items;
};
struct NodeTuple {
  std::vector<NodeId> items;
};
struct NodeDict {
  std::vector<std::pair<NodeId, NodeId>> items;
};

// The globals that may be called. None of them runs code: each stands for one function of rebuild.cpp.
enum class Callable { kOrderedDict, kRebuildTensor, kRebuildParameter, kSize };

struct StorageClass {
  const Dtype* dtype;
};
struct TypedStorage {
  at::Storage bytes;
  const Dtype* dtype;
  std::int64_t elements;
};

using Node = std::variant<std::monostate, bool, std::int64_t, double, std::string, at::Tensor, NodeList, NodeTuple, NodeDict,
                          Callable, StorageClass, TypedStorage>;

// "a str", "a list", ...: for messages.
const char* kind_of(const Node& node);

// The value under `root`. Throws Error(kBadInput): nested deeper than kMaxDepth (also cycles), more than kMaxValues values
// (containers that repeat each other), a key that Python could not hash, a global or storage where a value belongs.
Value to_value(const std::vector<Node>& nodes, NodeId root);

} // namespace brainmvp::checkpoint::pickle
