#include "checkpoint/pickler.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "base/error.h"
#include "base/text.h"
#include "checkpoint/dtype.h"
#include "checkpoint/pickle.h"

namespace brainmvp::checkpoint::pickle {
namespace {

class Pickler {
public:
  Pickled run(const Value& value) {
    op(Op::kProto);
    little_endian(2, 1);
    write(value, 0);
    op(Op::kStop);
    return std::move(out_);
  }

private:
  void write(const Value& value, std::size_t depth) {
    if (depth > kMaxDepth) {
      throw Error(ExitCode::kInternal, "a checkpoint nests deeper than " + std::to_string(kMaxDepth));
    }
    std::visit([&](const auto& held) { write_held(held, depth); }, value.data);
  }

  void write_held(std::monostate, std::size_t) { op(Op::kNone); }
  void write_held(bool flag, std::size_t) { op(flag ? Op::kNewTrue : Op::kNewFalse); }
  void write_held(std::int64_t whole, std::size_t) { integer(whole); }
  void write_held(const std::string& text, std::size_t) { unicode(text); }

  void write_held(double number, std::size_t) {
    op(Op::kBinFloat);
    const auto bits = std::bit_cast<std::uint64_t>(number);
    for (int shift = 56; shift >= 0; shift -= 8) {
      out_.bytes.push_back(static_cast<char>(bits >> shift));
    }
  }

  void write_held(const List& list, std::size_t depth) {
    op(Op::kEmptyList);
    op(Op::kMark);
    for (const Value& item : list) {
      write(item, depth + 1);
    }
    op(Op::kAppends);
  }

  void write_held(const Tuple& tuple, std::size_t depth) {
    op(Op::kMark);
    for (const Value& item : tuple.items) {
      write(item, depth + 1);
    }
    op(Op::kTuple);
  }

  void write_held(const Dict& dict, std::size_t depth) {
    op(Op::kEmptyDict);
    op(Op::kMark);
    for (const auto& [key, value] : dict) {
      write(key, depth + 1);
      write(value, depth + 1);
    }
    op(Op::kSetItems);
  }

  // torch._utils._rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, backward_hooks)
  void write_held(const at::Tensor& tensor, std::size_t) {
    if (!tensor.defined()) {
      throw Error(ExitCode::kInternal, "a checkpoint cannot hold an undefined tensor");
    }
    global("torch._utils", "_rebuild_tensor_v2");
    op(Op::kMark);
    storage(tensor);
    integer(0);
    integers(tensor.sizes());
    integers(contiguous_strides(tensor.sizes()));
    op(Op::kNewFalse);
    global("collections", "OrderedDict");
    op(Op::kEmptyTuple);
    op(Op::kReduce);
    op(Op::kTuple);
    op(Op::kReduce);
    out_.tensors.push_back(tensor);
  }

  void storage(const at::Tensor& tensor) {
    op(Op::kMark);
    unicode("storage");
    global("torch", dtype_of(tensor.scalar_type()).storage);
    unicode(std::to_string(out_.tensors.size()));
    unicode("cpu");
    integer(tensor.numel());
    op(Op::kTuple);
    op(Op::kBinPersId);
  }

  static std::vector<std::int64_t> contiguous_strides(at::IntArrayRef shape) {
    std::vector<std::int64_t> strides(shape.size(), 1);
    for (std::size_t axis = shape.size(); axis-- > 1;) {
      strides[axis - 1] = strides[axis] * std::max<std::int64_t>(shape[axis], 1);
    }
    return strides;
  }

  void integers(at::IntArrayRef values) {
    op(Op::kMark);
    for (const std::int64_t value : values) {
      integer(value);
    }
    op(Op::kTuple);
  }

  void integer(std::int64_t value) {
    if (value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max()) {
      op(Op::kBinInt);
      little_endian(static_cast<std::uint64_t>(value), 4);
    } else {
      op(Op::kLong1);
      little_endian(8, 1);
      little_endian(static_cast<std::uint64_t>(value), 8);
    }
  }

  void unicode(const std::string& text) {
    if (!is_utf8(text) || text.size() > std::numeric_limits<std::int32_t>::max()) {
      throw Error(ExitCode::kInternal, "a checkpoint cannot hold a text that is not UTF-8 or above 2 GB");
    }
    op(Op::kBinUnicode);
    little_endian(text.size(), 4);
    out_.bytes += text;
  }

  void global(std::string_view module, std::string_view name) {
    op(Op::kGlobal);
    out_.bytes.append(module).append("\n").append(name).append("\n");
  }

  void op(Op code) { out_.bytes.push_back(static_cast<char>(code)); }

  void little_endian(std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) {
      out_.bytes.push_back(static_cast<char>(value >> (8 * i)));
    }
  }

  Pickled out_;
};

} // namespace

Pickled pickle(const Value& value) { return Pickler().run(value); }

} // namespace brainmvp::checkpoint::pickle
