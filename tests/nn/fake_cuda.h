// A driver and a compiler that run the kernels on the CPU (cuda_shim.h) and count what they are asked for.
#pragma once

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "cuda_shim.h"
#include "nn/kernels/cuda_libraries.h"
#include "nn/kernels/cuda_plan.h"

namespace brainmvp::nn {

struct FakeCuda {
  int major = 9, minor = 0; // compute capability
  int contexts = 0;         // entered and not left
  int modules = 0;
  int launch_code = 0;  // that launching gives
  int compile_code = 0; // that compiling gives
  void* stream = nullptr;
  std::vector<std::string> options; // of all compilations
  std::string image;                // of the last module
};

inline FakeCuda& fake_cuda() {
  static FakeCuda state;
  return state;
}

using FakeKernel = void (*)(unsigned blocks, unsigned threads, void** arguments);

template <class T>
T argument(void* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

template <int Kernel, class Storage, int Pack>
void fake_convolve(unsigned blocks, unsigned threads, void** a) {
  device::run_kernel(blocks, threads, device::convolve<Kernel, Storage, Pack>, argument<device::Extent>(a[0]),
                     argument<const Storage*>(a[1]), argument<const float*>(a[2]), argument<const float*>(a[3]),
                     argument<Storage*>(a[4]));
}

template <int Kernel, class Storage, int Pack>
void fake_taps_gradient(unsigned blocks, unsigned threads, void** a) {
  device::run_kernel(blocks, threads, device::taps_gradient<Kernel, Storage, Pack>, argument<device::Extent>(a[0]),
                     argument<int>(a[1]), argument<const Storage*>(a[2]), argument<const Storage*>(a[3]), argument<float*>(a[4]));
}

template <int Kernel, class Storage, int Pack>
void add_fake_kernels(std::map<std::string, FakeKernel>& kernels, const std::string& storage) {
  const std::string arguments = "<" + std::to_string(Kernel) + ", " + storage + ", " + std::to_string(Pack) + ">";
  kernels["convolve" + arguments] = fake_convolve<Kernel, Storage, Pack>;
  kernels["taps_gradient" + arguments] = fake_taps_gradient<Kernel, Storage, Pack>;
}

template <class Storage>
void add_fake_kernels(std::map<std::string, FakeKernel>& kernels, const std::string& storage) {
  add_fake_kernels<3, Storage, 1>(kernels, storage);
  add_fake_kernels<3, Storage, 2>(kernels, storage);
  add_fake_kernels<5, Storage, 1>(kernels, storage);
  add_fake_kernels<5, Storage, 2>(kernels, storage);
}

inline FakeKernel* fake_kernel(const std::string& name) {
  static std::map<std::string, FakeKernel> kernels = [] {
    std::map<std::string, FakeKernel> all;
    add_fake_kernels<float>(all, "float");
    add_fake_kernels<unsigned short>(all, "unsigned short");
    return all;
  }();
  const auto found = kernels.find(name);
  return found == kernels.end() ? nullptr : &found->second;
}

inline CudaDriver fake_driver() {
  CudaDriver driver;
  driver.init = [](unsigned) { return 0; };
  driver.device_get = [](int* device, int ordinal) { return *device = ordinal, 0; };
  driver.device_get_attribute = [](int* value, int attribute, int) {
    return *value = attribute == 75 ? fake_cuda().major : fake_cuda().minor, 0;
  };
  driver.primary_context_retain = [](void** context, int) { return *context = &fake_cuda(), 0; };
  driver.context_push = [](void*) { return ++fake_cuda().contexts, 0; };
  driver.context_pop = [](void**) { return --fake_cuda().contexts, 0; };
  driver.module_load = [](void** module, const void* image) {
    fake_cuda().image = static_cast<const char*>(image);
    ++fake_cuda().modules;
    *module = &fake_cuda();
    return fake_cuda().contexts > 0 ? 0 : 201; // CUDA_ERROR_INVALID_CONTEXT
  };
  driver.module_get_function = [](void** function, void*, const char* name) {
    *function = fake_kernel(name);
    return *function == nullptr ? 500 : 0; // CUDA_ERROR_NOT_FOUND
  };
  driver.launch = [](void* function, unsigned blocks, unsigned, unsigned, unsigned threads, unsigned, unsigned, unsigned,
                     void* stream, void** arguments, void**) {
    if (fake_cuda().contexts == 0 || fake_cuda().launch_code != 0) {
      return fake_cuda().contexts == 0 ? 201 : fake_cuda().launch_code;
    }
    fake_cuda().stream = stream;
    (*static_cast<FakeKernel*>(function))(blocks, threads, arguments);
    return 0;
  };
  driver.error_string = [](int, const char** text) { return *text = "the driver's own words", 0; };
  return driver;
}

inline Nvrtc fake_nvrtc() {
  Nvrtc nvrtc;
  nvrtc.supported_count = [](int* count) { return *count = 2, 0; };
  nvrtc.supported = [](int* architectures) { return architectures[0] = 80, architectures[1] = 90, 0; };
  nvrtc.create = [](void** program, const char*, const char*, int, const char* const*, const char* const*) {
    return *program = &fake_cuda(), 0;
  };
  nvrtc.destroy = [](void**) { return 0; };
  nvrtc.add_name = [](void*, const char*) { return 0; };
  nvrtc.compile = [](void*, int count, const char* const* options) {
    fake_cuda().options.insert(fake_cuda().options.end(), options, options + count);
    return fake_cuda().compile_code;
  };
  nvrtc.log_size = [](void*, std::size_t* bytes) { return *bytes = 6, 0; };
  nvrtc.log = [](void*, char* text) { return std::memcpy(text, "line 7", 6), 0; };
  nvrtc.symbol = [](void*, const char* expression, const char** symbol) { return *symbol = expression, 0; };
  nvrtc.cubin_size = [](void*, std::size_t* bytes) { return *bytes = 6, 0; };
  nvrtc.cubin = [](void*, char* image) { return std::memcpy(image, "cubin", 6), 0; };
  nvrtc.ptx_size = [](void*, std::size_t* bytes) { return *bytes = 4, 0; };
  nvrtc.ptx = [](void*, char* image) { return std::memcpy(image, "ptx", 4), 0; };
  nvrtc.error_string = [](int) { return "the compiler's own words"; };
  return nvrtc;
}

} // namespace brainmvp::nn
