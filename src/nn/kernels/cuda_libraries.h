// The few functions of NVIDIA's driver and run-time compiler that are used. They are looked up when the program runs: it is built
// without a CUDA toolkit and starts on machines without a GPU. Signatures are those of NVIDIA's manuals of the CUDA driver API
// and of NVRTC; all functions that give an int give 0 for success.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace brainmvp::nn {

struct CudaDriver {
  int (*init)(unsigned flags) = nullptr;
  int (*device_get)(int* device, int ordinal) = nullptr;
  int (*device_get_name)(char* name, int bytes, int device) = nullptr;
  int (*device_get_attribute)(int* value, int attribute, int device) = nullptr;
  int (*primary_context_retain)(void** context, int device) = nullptr;
  int (*context_push)(void* context) = nullptr;
  int (*context_pop)(void** context) = nullptr;
  int (*module_load)(void** module, const void* image) = nullptr;
  int (*module_get_function)(void** function, void* module, const char* name) = nullptr;
  int (*launch)(void* function, unsigned blocks_x, unsigned blocks_y, unsigned blocks_z, unsigned threads_x, unsigned threads_y,
                unsigned threads_z, unsigned shared_bytes, void* stream, void** arguments, void** extra) = nullptr;
  int (*error_string)(int code, const char** text) = nullptr;
};

struct Nvrtc {
  int (*supported_count)(int* count) = nullptr;
  int (*supported)(int* architectures) = nullptr; // 80 for compute capability 8.0
  int (*create)(void** program, const char* source, const char* name, int headers, const char* const* header_texts,
                const char* const* header_names) = nullptr;
  int (*destroy)(void** program) = nullptr;
  int (*add_name)(void* program, const char* expression) = nullptr;
  int (*compile)(void* program, int options, const char* const* option_texts) = nullptr;
  int (*log_size)(void* program, std::size_t* bytes) = nullptr;
  int (*log)(void* program, char* text) = nullptr;
  int (*symbol)(void* program, const char* expression, const char** symbol) = nullptr;
  int (*cubin_size)(void* program, std::size_t* bytes) = nullptr;
  int (*cubin)(void* program, char* image) = nullptr;
  int (*ptx_size)(void* program, std::size_t* bytes) = nullptr;
  int (*ptx)(void* program, char* text) = nullptr;
  const char* (*error_string)(int code) = nullptr;
};

// Files that may be NVRTC, likely ones first: those that the wheel of libtorch brought, then the system's.
std::vector<std::string> nvrtc_files();
std::vector<std::string> cuda_driver_files();

// From the first of `files` that can be loaded; it stays loaded. Nothing when there is none: `why_not` then says so.
std::optional<Nvrtc> load_nvrtc(const std::vector<std::string>& files, std::string& why_not);
std::optional<CudaDriver> load_cuda_driver(const std::vector<std::string>& files, std::string& why_not);

} // namespace brainmvp::nn
