#include "checkpoint/node.h"

#include <array>
#include <unordered_map>

#include "base/error.h"
#include "base/text.h"
#include "checkpoint/pickle.h"

namespace brainmvp::checkpoint::pickle {

void refuse(const std::string& reason) {
  throw Error(ExitCode::kBadInput, reason + "; the file is damaged or was not made by torch.save");
}

namespace {

class Converter {
public:
  explicit Converter(const std::vector<Node>& nodes) : nodes_(nodes) {}

  Value convert(NodeId id, std::size_t depth) {
    const Node& node = nodes_.at(id);
    if (depth > kMaxDepth) {
      refuse("containers nest deeper than " + std::to_string(kMaxDepth));
    }
    spend(1);
    if (const auto* list = std::get_if<NodeList>(&node)) {
      return {converted(list->items, depth)};
    }
    if (const auto* tuple = std::get_if<NodeTuple>(&node)) {
      return {Tuple{converted(tuple->items, depth)}};
    }
    if (const auto* dict = std::get_if<NodeDict>(&node)) {
      return {converted(*dict, depth)};
    }
    return scalar(node);
  }

private:
  Value scalar(const Node& node) {
    if (const auto* text = std::get_if<std::string>(&node)) {
      spend(text->size() / 64);
      return {*text};
    }
    if (const auto* tensor = std::get_if<at::Tensor>(&node)) {
      return {*tensor};
    }
    if (const auto* flag = std::get_if<bool>(&node)) {
      return {*flag};
    }
    if (const auto* whole = std::get_if<std::int64_t>(&node)) {
      return {*whole};
    }
    if (const auto* number = std::get_if<double>(&node)) {
      return {*number};
    }
    if (!std::holds_alternative<std::monostate>(node)) {
      refuse(std::string(kind_of(node)) + " where a value is expected");
    }
    return {};
  }

  List converted(const std::vector<NodeId>& items, std::size_t depth) {
    List list;
    for (const NodeId item : items) {
      list.push_back(convert(item, depth + 1));
    }
    return list;
  }

  // As in Python, a key that comes again keeps its place and takes the later value.
  Dict converted(const NodeDict& dict, std::size_t depth) {
    Dict result;
    std::unordered_map<std::string, std::size_t> places;
    for (const auto& [key, value] : dict.items) {
      const auto [place, is_new] = places.try_emplace(hashable(key), result.size());
      if (is_new) {
        result.emplace_back(convert(key, depth + 1), convert(value, depth + 1));
      } else {
        result[place->second].second = convert(value, depth + 1);
      }
    }
    return result;
  }

  // A text that is the same for equal keys; built by append, since g++ 12 warns wrongly of "n" + text.
  std::string hashable(NodeId id) {
    const Node& node = nodes_.at(id);
    std::string key;
    if (const auto* text = std::get_if<std::string>(&node)) {
      return key.append("s").append(*text);
    }
    key.append("n");
    if (const auto* whole = std::get_if<std::int64_t>(&node)) {
      return key.append(std::to_string(*whole));
    }
    if (const auto* flag = std::get_if<bool>(&node)) {
      return key.append(*flag ? "1" : "0");
    }
    if (const auto* number = std::get_if<double>(&node)) {
      return key.append(shortest(*number));
    }
    if (!std::holds_alternative<std::monostate>(node)) {
      refuse(std::string(kind_of(node)) + " as the key of a dict; text and numbers are read");
    }
    return key;
  }

  void spend(std::size_t units) {
    spent_ += units;
    if (spent_ > kMaxValues) {
      refuse("it unfolds to more than " + std::to_string(kMaxValues) + " values");
    }
  }

  const std::vector<Node>& nodes_;
  std::size_t spent_ = 0;
};

} // namespace

const char* kind_of(const Node& node) {
  static constexpr std::array<const char*, 12> kNames{"None",   "a bool",  "an int", "a float",  "a str",           "a tensor",
                                                      "a list", "a tuple", "a dict", "a global", "a storage class", "a storage"};
  return kNames.at(node.index());
}

Value to_value(const std::vector<Node>& nodes, NodeId root) { return Converter(nodes).convert(root, 0); }

} // namespace brainmvp::checkpoint::pickle
