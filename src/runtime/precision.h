// Number formats of a training step: fp32 throughout, fp32 whose products on a GPU are in TF32, or bf16 where ATen's autocast
// allows it, with fp32 weights.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <string>

namespace brainmvp::runtime {

enum class Precision { kFloat32, kTensorFloat32, kBfloat16 };

// "fp32", "tf32" and "bf16".
std::string precision_name(Precision precision);

// "fp32", "tf32", "bf16", or "auto": bf16 where the device multiplies it in hardware (AMX or AVX512-BF16; compute
// capability 8.0). Whether a GPU multiplies in TF32 is set for the whole process, until the next call. Warns of bf16 without
// instructions for it. Throws Error(kUsage) for another name, and for tf32 on a CPU.
Precision choose_precision(const std::string& name, const at::Device& device);

enum class GpuArithmetic {
  kRepeatable,  // fp32 is not cut to TF32, and the same values give the same bits
  kOfLibraries, // what ATen does unasked
};

// Holds for the whole process, from now on. Does nothing for a CPU.
void set_gpu_arithmetic(const at::Device& device, GpuArithmetic arithmetic);

// "auto" as "cuda" where each of so many processes of this machine can have a GPU, otherwise "cpu"; other names as they are. Logs
// what "auto" is unless `tell` is false.
std::string resolve_device(const std::string& name, int processes = 1, bool tell = true);

// "cpu", "cuda" or "cuda:N", whose arithmetic is repeatable from now on. Throws Error(kUsage) for another name and for a GPU that
// is not there.
at::Device choose_device(const std::string& name);

// Autocast for the forward pass as long as the object lives; nothing for fp32. Weights converted once serve the whole time.
class AutocastScope {
public:
  AutocastScope(Precision precision, const at::Device& device);
  ~AutocastScope();
  AutocastScope(const AutocastScope&) = delete;
  AutocastScope& operator=(const AutocastScope&) = delete;

private:
  at::DeviceType type_;
  bool enabled_;
  bool enabled_before_;
  at::ScalarType dtype_before_;
};

} // namespace brainmvp::runtime
