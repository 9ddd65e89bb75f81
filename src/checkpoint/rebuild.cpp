#include "checkpoint/rebuild.h"

#include <ATen/ops/empty.h>

#include "base/error.h"
#include "checkpoint/pickle.h"

namespace brainmvp::checkpoint::pickle {
namespace {

// Argument `index` of a call or persistent id, which must be a T.
template <class T>
const T& argument(const std::vector<Node>& nodes, const std::vector<NodeId>& arguments, std::size_t index,
                  const std::string& what) {
  if (index >= arguments.size()) {
    refuse(what + " with " + std::to_string(arguments.size()) + " arguments");
  }
  const Node& node = nodes.at(arguments[index]);
  const T* held = std::get_if<T>(&node);
  if (held == nullptr) {
    refuse(what + " with " + kind_of(node) + " as argument " + std::to_string(index + 1));
  }
  return *held;
}

std::vector<std::int64_t> integers(const std::vector<Node>& nodes, const NodeTuple& tuple, const std::string& what) {
  if (tuple.items.size() > kMaxDimensions) {
    refuse(what + " with " + std::to_string(tuple.items.size()) + " dimensions; at most " + std::to_string(kMaxDimensions));
  }
  std::vector<std::int64_t> values;
  for (std::size_t i = 0; i < tuple.items.size(); ++i) {
    values.push_back(argument<std::int64_t>(nodes, tuple.items, i, what));
  }
  return values;
}

// Refuses a view that leaves its storage.
void check_view(const TypedStorage& storage, std::int64_t offset, at::IntArrayRef shape, at::IntArrayRef strides) {
  const std::string view = "a tensor of shape " + shape_text(shape) + ", strides " + shape_text(strides) + " and offset " +
                           std::to_string(offset) + " in a storage of " + std::to_string(storage.elements) + " elements";
  const std::optional<std::int64_t> count = element_count(shape);
  if (!count || strides.size() != shape.size() || offset < 0 || offset > storage.elements) {
    refuse(view);
  }
  std::int64_t last = offset;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    std::int64_t reach = 0;
    if (strides[axis] < 0 || (*count > 0 && (__builtin_mul_overflow(shape[axis] - 1, strides[axis], &reach) ||
                                             __builtin_add_overflow(last, reach, &last)))) {
      refuse(view);
    }
  }
  if (*count > 0 && last >= storage.elements) {
    refuse(view + ": its last element would be number " + std::to_string(last));
  }
  if (*count > storage.elements && *count > kMaxExpanded) {
    throw Error(ExitCode::kBadInput, view + " repeats its elements too often; save it with .contiguous()");
  }
}

at::Tensor rebuild_tensor(const std::vector<Node>& nodes, const std::vector<NodeId>& arguments) {
  const std::string what = "torch._utils._rebuild_tensor_v2";
  const TypedStorage& storage = argument<TypedStorage>(nodes, arguments, 0, what);
  const std::int64_t offset = argument<std::int64_t>(nodes, arguments, 1, what);
  const std::vector<std::int64_t> shape = integers(nodes, argument<NodeTuple>(nodes, arguments, 2, what), what);
  const std::vector<std::int64_t> strides = integers(nodes, argument<NodeTuple>(nodes, arguments, 3, what), what);
  check_view(storage, offset, shape, strides);
  at::Tensor tensor = at::empty({0}, storage.dtype->type);
  return tensor.set_(storage.bytes, offset, shape, strides);
}

} // namespace

Node known_global(const std::string& module, const std::string& name) {
  const std::string full = module + "." + name;
  if (full == "collections.OrderedDict") {
    return Callable::kOrderedDict;
  }
  if (full == "torch._utils._rebuild_tensor_v2") {
    return Callable::kRebuildTensor;
  }
  if (full == "torch._utils._rebuild_parameter") {
    return Callable::kRebuildParameter;
  }
  if (full == "torch.Size") {
    return Callable::kSize;
  }
  const Dtype* dtype = module == "torch" ? dtype_of_storage(name) : nullptr;
  if (dtype == nullptr) {
    throw Error(ExitCode::kBadInput,
                "the file asks for " + full +
                    ", and only tensors and plain containers are read; nothing was run. If you trust its source, save only "
                    "its weights in Python: torch.save(torch.load(IN, weights_only=False)['state_dict'], OUT)");
  }
  return StorageClass{dtype};
}

TypedStorage storage_of(const std::vector<Node>& nodes, const NodeTuple& persistent_id, const LoadStorage& load) {
  const std::string what = "a persistent id";
  const std::vector<NodeId>& parts = persistent_id.items;
  if (argument<std::string>(nodes, parts, 0, what) != "storage" || parts.size() != 5) {
    refuse("a persistent id that is not ('storage', class, key, location, elements)");
  }
  const Dtype* dtype = argument<StorageClass>(nodes, parts, 1, what).dtype;
  const std::string& key = argument<std::string>(nodes, parts, 2, what);
  const std::int64_t elements = argument<std::int64_t>(nodes, parts, 4, what);
  std::int64_t bytes = 0;
  if (elements < 0 || __builtin_mul_overflow(elements, dtype->bytes, &bytes)) {
    refuse("storage " + key + " of " + std::to_string(elements) + " elements");
  }
  return {load(key, bytes), dtype, elements};
}

Node call(const std::vector<Node>& nodes, Callable callable, const NodeTuple& arguments) {
  switch (callable) {
  case Callable::kOrderedDict:
    if (!arguments.items.empty()) {
      refuse("collections.OrderedDict with arguments");
    }
    return NodeDict{};
  case Callable::kRebuildTensor:
    return rebuild_tensor(nodes, arguments.items);
  case Callable::kRebuildParameter:
    return argument<at::Tensor>(nodes, arguments.items, 0, "torch._utils._rebuild_parameter");
  case Callable::kSize:
    return argument<NodeTuple>(nodes, arguments.items, 0, "torch.Size");
  }
  refuse("an unknown callable");
}

} // namespace brainmvp::checkpoint::pickle
