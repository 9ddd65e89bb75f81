// What moves tensors between ranks.
#pragma once

#include <c10/core/Device.h>
#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include <chrono>

#include "parallel/launch.h"

namespace brainmvp::parallel {

// Of tensors on the CPU. Connects to all ranks.
c10::intrusive_ptr<c10d::Backend> make_gloo(const c10::intrusive_ptr<c10d::Store>& store, const Launch& launch,
                                            std::chrono::milliseconds timeout);

// Of tensors on a GPU; null where the program was built without NCCL's and CUDA's headers.
c10::intrusive_ptr<c10d::Backend> make_nccl(const c10::intrusive_ptr<c10d::Store>& store, const Launch& launch,
                                            std::chrono::milliseconds timeout);

} // namespace brainmvp::parallel
