#include "nn/kernels/cuda_depthwise.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <array>
#include <memory>
#include <string>
#include <tuple>

#include "base/error.h"
#include "base/log.h"
#include "nn/embedded_texts.h"
#include "nn/kernels/cuda_compiler.h"
#include "nn/kernels/token_parts.h"

namespace brainmvp::nn {
namespace {

using torch::Tensor;

CudaExtent extent_of(const Tensor& x) {
  const auto side = [&](std::int64_t axis) { return c10::checked_convert<std::int32_t>(x.size(axis), "std::int32_t"); };
  return {.batch = side(0), .depth = side(1), .height = side(2), .width = side(3), .channels = side(4)};
}

// Channels, the last axis of all these tensors, that can be loaded at once.
std::int64_t pack_of(std::initializer_list<Tensor> tensors) {
  constexpr std::int64_t kPack = 2;
  for (const Tensor& tensor : tensors) {
    if (tensor.defined() && (tensor.size(-1) % kPack != 0 ||
                             reinterpret_cast<std::uintptr_t>(tensor.const_data_ptr()) % (kPack * tensor.element_size()) != 0)) {
      return 1;
    }
  }
  return kPack;
}

std::unique_ptr<CudaDepthwise> make_cuda_depthwise() {
  std::string why_not;
  const auto nvrtc = load_nvrtc(nvrtc_files(), why_not);
  const auto driver = nvrtc ? load_cuda_driver(cuda_driver_files(), why_not) : std::nullopt;
  if (!driver) {
    log::warning("depthwise convolutions on the GPU are ATen's, which are slow: " + why_not);
    return nullptr;
  }
  return std::make_unique<CudaDepthwise>(*driver, *nvrtc);
}

} // namespace

void CudaDepthwise::check(int code, const char* what) const {
  constexpr int kOutOfMemory = 2; // CUDA_ERROR_OUT_OF_MEMORY
  if (code == 0) {
    return;
  }
  const char* text = nullptr;
  driver_.error_string(code, &text);
  throw Error(code == kOutOfMemory ? ExitCode::kOutOfResources : ExitCode::kInternal,
              std::string("CUDA: ") + what + ": " + (text == nullptr ? "error " + std::to_string(code) : text) +
                  "; run with --kernels aten to do without this kernel");
}

// What `driver` calls within its life refers to the context, on whatever thread: the backward pass has threads of its own.
class CudaDepthwise::ContextScope {
public:
  ContextScope(const CudaDepthwise& owner, void* context) : owner_(owner) {
    owner_.check(owner_.driver_.context_push(context), "entering the context of the GPU");
  }
  ~ContextScope() {
    void* left = nullptr;
    owner_.driver_.context_pop(&left);
  }
  ContextScope(const ContextScope&) = delete;
  ContextScope& operator=(const ContextScope&) = delete;

private:
  const CudaDepthwise& owner_;
};

CudaDepthwise::Device CudaDepthwise::device_at(int ordinal) {
  constexpr int kMajor = 75; // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR
  constexpr int kMinor = 76; // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR
  if (const auto known = devices_.find(ordinal); known != devices_.end()) {
    return known->second;
  }
  check(driver_.init(0), "starting the driver");
  int handle = 0;
  int major = 0;
  int minor = 0;
  check(driver_.device_get(&handle, ordinal), "finding the GPU");
  check(driver_.device_get_attribute(&major, kMajor, handle), "asking for the compute capability");
  check(driver_.device_get_attribute(&minor, kMinor, handle), "asking for the compute capability");
  Device device{.context = nullptr, .architecture = 10 * major + minor};
  check(driver_.primary_context_retain(&device.context, handle), "taking PyTorch's context"); // kept until the program ends
  return devices_.emplace(ordinal, device).first->second;
}

CudaDepthwise::Functions CudaDepthwise::functions_for(int ordinal, std::int64_t kernel, Storage storage, std::int64_t pack) {
  const std::lock_guard lock(mutex_);
  const Device device = device_at(ordinal);
  const auto key = std::tuple(ordinal, kernel, storage, pack);
  if (const auto known = functions_.find(key); known != functions_.end()) {
    return known->second;
  }
  const std::string arguments = "<" + std::to_string(kernel) + (storage == Storage::kFloat ? ", float, " : ", unsigned short, ") +
                                std::to_string(pack) + ">";
  log::debug("compiling the depthwise convolution" + arguments + " for compute capability " +
             std::to_string(device.architecture));
  const CudaProgram program = compile_cuda(nvrtc_, std::string(embedded_texts().front().text),
                                           {"convolve" + arguments, "taps_gradient" + arguments}, device.architecture);
  Functions functions{.context = device.context, .convolve = nullptr, .taps_gradient = nullptr};
  const ContextScope scope(*this, device.context);
  void* module = nullptr;
  check(driver_.module_load(&module, program.image.data()), "loading the depthwise convolution");
  check(driver_.module_get_function(&functions.convolve, module, program.symbols[0].c_str()), "finding convolve");
  check(driver_.module_get_function(&functions.taps_gradient, module, program.symbols[1].c_str()), "finding taps_gradient");
  return functions_.emplace(key, functions).first->second;
}

void CudaDepthwise::launch(void* context, void* stream, void* function, unsigned blocks, void** arguments) const {
  const ContextScope scope(*this, context);
  check(driver_.launch(function, blocks, 1, 1, kCudaThreads, 1, 1, 0, stream, arguments, nullptr),
        "launching the depthwise convolution");
}

Tensor CudaDepthwise::convolve(const CudaPlace& place, const Tensor& x, const Tensor& taps, const Tensor& bias) {
  CudaExtent extent = extent_of(x);
  Tensor y = at::empty_like(x);
  const std::int64_t pack = pack_of({x, taps, bias, y});
  const CudaPlan plan = plan_cuda(extent, taps.size(0), pack);
  if (x.numel() == 0) {
    return y;
  }
  const Functions functions = functions_for(place.device, taps.size(0), storage_of(x), pack);
  const void* from = x.const_data_ptr();
  const void* weight = taps.const_data_ptr();
  const void* offset = bias.defined() ? bias.const_data_ptr() : nullptr;
  void* to = y.mutable_data_ptr();
  std::array<void*, 5> arguments{&extent, &from, &weight, &offset, &to};
  launch(functions.context, place.stream, functions.convolve, plan.convolve_blocks, arguments.data());
  return y;
}

Tensor CudaDepthwise::taps_gradient(const CudaPlace& place, const Tensor& x, const Tensor& gy, std::int64_t kernel) {
  CudaExtent extent = extent_of(x);
  const std::int64_t pack = pack_of({x, gy});
  CudaPlan plan = plan_cuda(extent, kernel, pack);
  Tensor parts = at::empty({plan.gradient_parts, kernel, kernel, kernel, x.size(4)}, x.options().dtype(at::kFloat));
  if (x.numel() == 0) {
    return parts.zero_().sum(0);
  }
  const Functions functions = functions_for(place.device, kernel, storage_of(x), pack);
  const void* from = x.const_data_ptr();
  const void* gradient = gy.const_data_ptr();
  void* to = parts.mutable_data_ptr();
  std::array<void*, 5> arguments{&extent, &plan.gradient_parts, &from, &gradient, &to};
  launch(functions.context, place.stream, functions.taps_gradient, plan.gradient_blocks, arguments.data());
  return parts.sum(0);
}

CudaDepthwise* cuda_depthwise() {
  static const std::unique_ptr<CudaDepthwise> shared = make_cuda_depthwise();
  return shared.get();
}

CudaPlace cuda_place(const Tensor& x) {
  const c10::impl::VirtualGuardImpl guard(c10::kCUDA);
  const c10::Stream stream = guard.getStream(x.device());
  return {.device = stream.device_index(), .stream = guard.getStreamNativeHandle(stream)};
}

} // namespace brainmvp::nn
