#include "runtime/precision.h"

#include <ATen/Context.h>
#include <ATen/autocast_mode.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include "base/counted.h"
#include "base/error.h"
#include "base/log.h"
#include "base/machine.h"

namespace brainmvp::runtime {
namespace {

bool multiplies_bf16(const at::Device& device) {
  if (device.is_cuda()) {
    return at::detail::getCUDAHooks().supportsBFloat16ConvolutionWithCuDNNv8(); // compute capability 8.0 and above
  }
  return processor_multiplies_bfloat16();
}

void multiply_in_tf32(const at::Device& device, bool allowed) {
  if (device.is_cuda()) {
    at::globalContext().setAllowTF32CuDNN(allowed);
    at::globalContext().setAllowTF32CuBLAS(allowed);
  }
}

} // namespace

std::string precision_name(Precision precision) {
  return precision == Precision::kBfloat16 ? "bf16" : precision == Precision::kTensorFloat32 ? "tf32" : "fp32";
}

Precision choose_precision(const std::string& name, const at::Device& device) {
  if (name == "tf32" && !device.is_cuda()) {
    throw Error(ExitCode::kUsage, "precision tf32: only GPUs multiply in it; choose fp32, or --device cuda");
  }
  multiply_in_tf32(device, name == "tf32");
  if (name == "tf32") {
    return Precision::kTensorFloat32;
  }
  const bool has_instructions = multiplies_bf16(device);
  if (name == "bf16" && !has_instructions) {
    log::warning("bf16: " + std::string(device.is_cuda() ? "this GPU" : "this processor") +
                 " has no instructions for it and will be slow; --precision auto takes fp32 here");
  }
  if (name == "bf16" || (name == "auto" && has_instructions)) {
    return Precision::kBfloat16;
  }
  if (name == "fp32" || name == "auto") {
    return Precision::kFloat32;
  }
  throw Error(ExitCode::kUsage, "precision " + name + ": expected fp32, tf32, bf16 or auto");
}

void set_gpu_arithmetic(const at::Device& device, GpuArithmetic arithmetic) {
  if (!device.is_cuda()) {
    return;
  }
  const bool repeatable = arithmetic == GpuArithmetic::kRepeatable;
  at::Context& context = at::globalContext();
  context.setAllowTF32CuDNN(!repeatable);
  context.setDeterministicCuDNN(repeatable);
  context.setDeterministicAlgorithms(repeatable, /*warn_only=*/false);
  context.setDeterministicFillUninitializedMemory(!repeatable); // new tensors are written before they are read
}

std::string resolve_device(const std::string& name, int processes, bool tell) {
  if (name != "auto") {
    return name;
  }
  const int count = at::hasCUDA() ? at::detail::getCUDAHooks().deviceCount() : 0;
  const std::string chosen = count > 0 && count >= processes ? "cuda" : "cpu";
  if (tell) {
    log::info("device " + chosen + ": --device auto, " + counted(static_cast<std::size_t>(count), "usable GPU"));
  }
  return chosen;
}

at::Device choose_device(const std::string& name) {
  const bool cuda = name == "cuda" || (name.starts_with("cuda:") && name.size() > 5 && name.size() < 9 &&
                                       name.find_first_not_of("0123456789", 5) == std::string::npos);
  if (name == "cpu") {
    return {at::kCPU};
  }
  if (!cuda) {
    throw Error(ExitCode::kUsage, "device " + name + ": expected cpu, cuda or cuda:N");
  }
  const int count = at::hasCUDA() ? at::detail::getCUDAHooks().deviceCount() : 0;
  const int index = name == "cuda" ? 0 : std::stoi(name.substr(5));
  if (index >= count) {
    throw Error(ExitCode::kUsage, "device " + name + ": this machine and this libtorch have " + std::to_string(count) +
                                      " usable GPUs; choose another, or cpu");
  }
  const at::Device device(at::kCUDA, static_cast<at::DeviceIndex>(index));
  set_gpu_arithmetic(device, GpuArithmetic::kRepeatable);
  return device;
}

AutocastScope::AutocastScope(Precision precision, const at::Device& device)
    : type_(device.type()), enabled_(precision == Precision::kBfloat16),
      enabled_before_(at::autocast::is_autocast_enabled(type_)), dtype_before_(at::autocast::get_autocast_dtype(type_)) {
  if (enabled_) {
    at::autocast::set_autocast_enabled(type_, true);
    at::autocast::set_autocast_dtype(type_, at::kBFloat16);
    at::autocast::increment_nesting();
  }
}

AutocastScope::~AutocastScope() {
  if (enabled_) {
    if (at::autocast::decrement_nesting() == 0) {
      at::autocast::clear_cache();
    }
    at::autocast::set_autocast_enabled(type_, enabled_before_);
    at::autocast::set_autocast_dtype(type_, dtype_before_);
  }
}

} // namespace brainmvp::runtime
