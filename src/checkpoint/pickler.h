// Writes a Value as torch.save pickles it.
#pragma once

#include <string>
#include <vector>

#include "checkpoint/value.h"

namespace brainmvp::checkpoint::pickle {

struct Pickled {
  std::string bytes;               // data.pkl, protocol 2
  std::vector<at::Tensor> tensors; // tensor k belongs in record data/k, its elements contiguous
};

// Tensors are described as contiguous. Throws Error(kInternal) for tensors of a type that no checkpoint holds, text that
// is not UTF-8, and nesting deeper than the reader's limit.
Pickled pickle(const Value& value);

} // namespace brainmvp::checkpoint::pickle
