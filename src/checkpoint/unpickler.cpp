#include "checkpoint/unpickler.h"

#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "checkpoint/byte_cursor.h"
#include "checkpoint/pickle.h"

namespace brainmvp::checkpoint::pickle {
namespace {

class Unpickler {
public:
  Unpickler(std::string_view bytes, const LoadStorage& load) : in_(bytes), load_(load) {}

  Value run() {
    std::size_t at = 0;
    try {
      for (;;) {
        at = in_.at();
        const Op op = static_cast<Op>(in_.little_endian(1));
        if (op == Op::kStop) {
          break;
        }
        if (!scalar(op) && !container(op) && !reference(op)) {
          refuse("opcode " + std::to_string(static_cast<int>(op)) + " is none that torch.save writes (pickle protocol " +
                 std::to_string(protocol_) + ", expected 2)");
        }
      }
      const NodeId root = pop();
      return to_value(nodes_, root);
    } catch (Error& error) {
      error.add_context("data.pkl, byte " + std::to_string(at));
      throw;
    }
  }

private:
  bool scalar(Op op) {
    switch (op) {
    case Op::kNone:
      return push(std::monostate{});
    case Op::kNewTrue:
      return push(true);
    case Op::kNewFalse:
      return push(false);
    case Op::kBinInt:
      return push(std::int64_t{static_cast<std::int32_t>(in_.little_endian(4))});
    case Op::kBinInt1:
      return push(static_cast<std::int64_t>(in_.little_endian(1)));
    case Op::kBinInt2:
      return push(static_cast<std::int64_t>(in_.little_endian(2)));
    case Op::kLong1:
      return push(long_integer(in_.little_endian(1)));
    case Op::kBinFloat:
      return push(in_.big_endian_double());
    case Op::kShortBinString:
      return push(text(in_.little_endian(1)));
    case Op::kBinUnicode:
      return push(text(in_.little_endian(4)));
    default:
      return false;
    }
  }

  bool container(Op op) {
    switch (op) {
    case Op::kMark:
      return mark();
    case Op::kEmptyList:
      return push(NodeList{});
    case Op::kEmptyTuple:
      return push(NodeTuple{});
    case Op::kEmptyDict:
      return push(NodeDict{});
    case Op::kTuple:
      return push(NodeTuple{pop_to_mark()});
    case Op::kTuple1:
      return push(NodeTuple{pop(1)});
    case Op::kTuple2:
      return push(NodeTuple{pop(2)});
    case Op::kTuple3:
      return push(NodeTuple{pop(3)});
    case Op::kAppend:
      return append(pop(1));
    case Op::kAppends:
      return append(pop_to_mark());
    case Op::kSetItem:
      return set_items(pop(2));
    case Op::kSetItems:
      return set_items(pop_to_mark());
    default:
      return false;
    }
  }

  bool reference(Op op) {
    switch (op) {
    case Op::kProto:
      protocol_ = in_.little_endian(1);
      return true;
    case Op::kBinPut:
      return put(in_.little_endian(1));
    case Op::kLongBinPut:
      return put(in_.little_endian(4));
    case Op::kBinGet:
      return get(in_.little_endian(1));
    case Op::kLongBinGet:
      return get(in_.little_endian(4));
    case Op::kGlobal: {
      const std::string module = in_.line();
      return push(known_global(module, in_.line()));
    }
    case Op::kReduce: {
      const NodeId arguments = pop();
      const NodeId callable = pop();
      return push(call(nodes_, expect<Callable>(callable), expect<NodeTuple>(arguments)));
    }
    case Op::kBuild:
      return build();
    case Op::kBinPersId: {
      const NodeId id = pop();
      return push(storage_of(nodes_, expect<NodeTuple>(id), load_));
    }
    default:
      return false;
    }
  }

  std::int64_t long_integer(std::size_t size) {
    if (size > 8) {
      refuse("an integer of " + std::to_string(size) + " bytes; at most 8 are read");
    }
    const std::uint64_t value = in_.little_endian(size);
    const std::size_t unused_bits = 64 - 8 * size;
    return size == 0 ? 0 : static_cast<std::int64_t>(value << unused_bits) >> unused_bits;
  }

  std::string text(std::size_t size) {
    const std::string_view bytes = in_.take(size);
    if (!is_utf8(bytes)) {
      refuse("a text is not UTF-8");
    }
    return std::string(bytes);
  }

  bool mark() {
    if (marks_.size() >= kMaxValues) {
      refuse("more than " + std::to_string(kMaxValues) + " marks");
    }
    marks_.push_back(stack_.size());
    return true;
  }

  bool append(const std::vector<NodeId>& items) {
    std::vector<NodeId>& list = expect<NodeList>(top()).items;
    list.insert(list.end(), items.begin(), items.end());
    return true;
  }

  bool set_items(const std::vector<NodeId>& items) {
    NodeDict& dict = expect<NodeDict>(top());
    if (items.size() % 2 != 0) {
      refuse("a dict entry without a value");
    }
    for (std::size_t i = 0; i < items.size(); i += 2) {
      dict.items.emplace_back(items[i], items[i + 1]);
    }
    return true;
  }

  // State of an OrderedDict (`_metadata` of a state dict): versions of modules, which no reader here needs.
  bool build() {
    const NodeId state = pop();
    expect<NodeDict>(state);
    expect<NodeDict>(top());
    return true;
  }

  bool put(std::uint64_t index) {
    if (index >= kMaxValues) {
      refuse("memo entry " + std::to_string(index) + "; at most " + std::to_string(kMaxValues));
    }
    if (index >= memo_.size()) {
      memo_.resize(index + 1);
    }
    memo_[index] = top();
    return true;
  }

  bool get(std::uint64_t index) {
    if (index >= memo_.size() || !memo_[index]) {
      refuse("memo entry " + std::to_string(index) + " is used before it is set");
    }
    stack_.push_back(*memo_[index]);
    return check_stack();
  }

  bool push(Node node) {
    if (nodes_.size() >= kMaxValues) {
      refuse("more than " + std::to_string(kMaxValues) + " values");
    }
    nodes_.push_back(std::move(node));
    stack_.push_back(static_cast<NodeId>(nodes_.size() - 1));
    return check_stack();
  }

  bool check_stack() {
    if (stack_.size() > kMaxValues) {
      refuse("a stack of more than " + std::to_string(kMaxValues) + " values");
    }
    return true;
  }

  [[nodiscard]] std::size_t available() const { return stack_.size() - (marks_.empty() ? 0 : marks_.back()); }

  NodeId top() {
    if (available() == 0) {
      refuse("an operation finds the stack empty");
    }
    return stack_.back();
  }

  NodeId pop() {
    const NodeId id = top();
    stack_.pop_back();
    return id;
  }

  std::vector<NodeId> pop(std::size_t count) {
    if (available() < count) {
      refuse("an operation finds " + std::to_string(available()) + " values on the stack and needs " + std::to_string(count));
    }
    const auto from = stack_.end() - static_cast<std::ptrdiff_t>(count);
    std::vector<NodeId> items(from, stack_.end());
    stack_.erase(from, stack_.end());
    return items;
  }

  std::vector<NodeId> pop_to_mark() {
    if (marks_.empty()) {
      refuse("an operation finds no mark on the stack");
    }
    std::vector<NodeId> items = pop(available());
    marks_.pop_back();
    return items;
  }

  template <class T>
  T& expect(NodeId id) {
    T* held = std::get_if<T>(&nodes_[id]);
    if (held == nullptr) {
      refuse(std::string("an operation does not fit ") + kind_of(nodes_[id]));
    }
    return *held;
  }

  ByteCursor in_;
  const LoadStorage& load_;
  std::uint64_t protocol_ = 0;
  std::vector<Node> nodes_;
  std::vector<NodeId> stack_;
  std::vector<std::size_t> marks_;
  std::vector<std::optional<NodeId>> memo_;
};

} // namespace

Value unpickle(std::string_view bytes, const LoadStorage& load) { return Unpickler(bytes, load).run(); }

} // namespace brainmvp::checkpoint::pickle
