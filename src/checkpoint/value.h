// A tree of plain values as Python's pickle has them: what a checkpoint holds.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace brainmvp::checkpoint {

struct Value;
using List = std::vector<Value>;
struct Entry;
using Dict = std::vector<Entry>; // in order, as Python keeps it

// None, bool, int, float, str, tensor, list, tuple or dict.
struct Tuple {
  List items;
};
struct Value {
  std::variant<std::monostate, bool, std::int64_t, double, std::string, at::Tensor, List, Tuple, Dict> data;

  // The entry of a dict under a text key, or null when this is no dict or has none.
  [[nodiscard]] const Value* find(const std::string& key) const;

  // Typed access; throws Error(kBadInput) that says what was expected. `what` names the field in the message.
  [[nodiscard]] const at::Tensor& tensor(const std::string& what) const;
  [[nodiscard]] std::int64_t integer(const std::string& what) const;
  [[nodiscard]] double number(const std::string& what) const;
  [[nodiscard]] const std::string& text(const std::string& what) const;
  [[nodiscard]] const Dict& dict(const std::string& what) const;
  [[nodiscard]] const List& items(const std::string& what) const; // of a list or a tuple

  // "None", "bool", "int", "float", "str", "tensor", "list", "tuple" or "dict".
  [[nodiscard]] const char* kind() const;
};

// One key of a dict with its value. Not a std::pair, which would need Value complete before it can be.
struct Entry {
  Value first;
  Value second;
};

} // namespace brainmvp::checkpoint
