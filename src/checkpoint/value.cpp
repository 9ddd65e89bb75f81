#include "checkpoint/value.h"

#include <array>

#include "base/error.h"

namespace brainmvp::checkpoint {
namespace {

template <class T>
const T& as(const Value& value, const std::string& what, const char* expected) {
  const T* held = std::get_if<T>(&value.data);
  if (held == nullptr) {
    throw Error(ExitCode::kBadInput, what + ": expected " + expected + ", found " + value.kind());
  }
  return *held;
}

} // namespace

const char* Value::kind() const {
  static constexpr std::array<const char*, 9> kNames{"None", "bool", "int", "float", "str", "tensor", "list", "tuple", "dict"};
  return kNames.at(data.index());
}

const Value* Value::find(const std::string& key) const {
  if (const Dict* entries = std::get_if<Dict>(&data)) {
    for (const auto& [name, value] : *entries) {
      const std::string* text = std::get_if<std::string>(&name.data);
      if (text != nullptr && *text == key) {
        return &value;
      }
    }
  }
  return nullptr;
}

const at::Tensor& Value::tensor(const std::string& what) const { return as<at::Tensor>(*this, what, "a tensor"); }
std::int64_t Value::integer(const std::string& what) const { return as<std::int64_t>(*this, what, "an int"); }
const std::string& Value::text(const std::string& what) const { return as<std::string>(*this, what, "a str"); }
const Dict& Value::dict(const std::string& what) const { return as<Dict>(*this, what, "a dict"); }

double Value::number(const std::string& what) const {
  const std::int64_t* whole = std::get_if<std::int64_t>(&data);
  return whole != nullptr ? static_cast<double>(*whole) : as<double>(*this, what, "a number");
}

const List& Value::items(const std::string& what) const {
  const Tuple* tuple = std::get_if<Tuple>(&data);
  return tuple != nullptr ? tuple->items : as<List>(*this, what, "a list");
}

} // namespace brainmvp::checkpoint
