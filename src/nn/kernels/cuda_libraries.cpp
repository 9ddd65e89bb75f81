#include "nn/kernels/cuda_libraries.h"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace brainmvp::nn {
namespace {

// A library whose functions are looked up one by one.
class SharedLibrary {
public:
  explicit SharedLibrary(const std::vector<std::string>& files) {
    for (const std::string& file : files) {
      handle_ = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
      if (handle_ != nullptr) {
        problems_.clear();
        return;
      }
      add_problem(dlerror());
    }
  }

  template <class Function>
  void find(const char* name, Function*& function) {
    if (handle_ == nullptr) {
      return;
    }
    function = reinterpret_cast<Function*>(dlsym(handle_, name));
    if (function == nullptr) {
      add_problem(dlerror());
    }
  }

  [[nodiscard]] bool is_complete() const { return handle_ != nullptr && problems_.empty(); }
  [[nodiscard]] const std::string& problems() const { return problems_; }

private:
  void add_problem(const std::string& problem) { problems_ += (problems_.empty() ? "" : "; ") + problem; }

  void* handle_ = nullptr;
  std::string problems_;
};

// Where libtorch was loaded from.
std::filesystem::path torch_folder() {
  void* torch = dlopen("libc10.so", RTLD_NOW | RTLD_NOLOAD);
  link_map* map = nullptr;
  if (torch == nullptr || dlinfo(torch, RTLD_DI_LINKMAP, static_cast<void*>(&map)) != 0) {
    return {};
  }
  return std::filesystem::path(map->l_name).parent_path();
}

bool is_nvrtc(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  const auto has = [&](const char* part) { return name.find(part) != std::string::npos; };
  return name.starts_with("libnvrtc") && has(".so") && !has("builtins") && !has(".alt.");
}

// NVRTC opens its built-in headers by name alone; wheels of CUDA 13 leave them where the system does not look.
void load_builtins_beside(const std::filesystem::path& nvrtc) {
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(nvrtc.parent_path(), missing)) {
    if (entry.path().filename().string().starts_with("libnvrtc-builtins.so")) {
      (void)dlopen(entry.path().c_str(), RTLD_NOW | RTLD_LOCAL);
    }
  }
}

void add_nvrtc_of(const std::filesystem::path& folder, std::vector<std::string>& files) {
  std::error_code missing;
  const auto before = static_cast<std::ptrdiff_t>(files.size());
  for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
    if (is_nvrtc(entry.path())) {
      files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin() + before, files.end());
}

} // namespace

std::vector<std::string> nvrtc_files() {
  std::vector<std::string> files;
  const std::filesystem::path torch = torch_folder();
  if (!torch.empty()) {
    add_nvrtc_of(torch, files);
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(torch.parent_path().parent_path() / "nvidia", missing)) {
      add_nvrtc_of(entry.path() / "lib", files);
    }
  }
  files.insert(files.end(), {"libnvrtc.so.12", "libnvrtc.so.13"}); // drivers run what older compilers made, not the reverse
  return files;
}

std::vector<std::string> cuda_driver_files() { return {"libcuda.so.1"}; }

std::optional<Nvrtc> load_nvrtc(const std::vector<std::string>& files, std::string& why_not) {
  std::ranges::for_each(files, load_builtins_beside);
  SharedLibrary library(files);
  Nvrtc nvrtc;
  library.find("nvrtcGetNumSupportedArchs", nvrtc.supported_count);
  library.find("nvrtcGetSupportedArchs", nvrtc.supported);
  library.find("nvrtcCreateProgram", nvrtc.create);
  library.find("nvrtcDestroyProgram", nvrtc.destroy);
  library.find("nvrtcAddNameExpression", nvrtc.add_name);
  library.find("nvrtcCompileProgram", nvrtc.compile);
  library.find("nvrtcGetProgramLogSize", nvrtc.log_size);
  library.find("nvrtcGetProgramLog", nvrtc.log);
  library.find("nvrtcGetLoweredName", nvrtc.symbol);
  library.find("nvrtcGetCUBINSize", nvrtc.cubin_size);
  library.find("nvrtcGetCUBIN", nvrtc.cubin);
  library.find("nvrtcGetPTXSize", nvrtc.ptx_size);
  library.find("nvrtcGetPTX", nvrtc.ptx);
  library.find("nvrtcGetErrorString", nvrtc.error_string);
  if (!library.is_complete()) {
    why_not = "NVRTC, NVIDIA's run-time compiler, cannot be loaded (" + library.problems() +
              "); install it from pip beside torch: nvidia-cuda-nvrtc-cu12, or nvidia-cuda-nvrtc for CUDA 13";
    return std::nullopt;
  }
  return nvrtc;
}

std::optional<CudaDriver> load_cuda_driver(const std::vector<std::string>& files, std::string& why_not) {
  SharedLibrary library(files);
  CudaDriver driver;
  library.find("cuInit", driver.init);
  library.find("cuDeviceGet", driver.device_get);
  library.find("cuDeviceGetName", driver.device_get_name);
  library.find("cuDeviceGetAttribute", driver.device_get_attribute);
  library.find("cuDevicePrimaryCtxRetain", driver.primary_context_retain);
  library.find("cuCtxPushCurrent_v2", driver.context_push);
  library.find("cuCtxPopCurrent_v2", driver.context_pop);
  library.find("cuModuleLoadData", driver.module_load);
  library.find("cuModuleGetFunction", driver.module_get_function);
  library.find("cuLaunchKernel", driver.launch);
  library.find("cuGetErrorString", driver.error_string);
  if (!library.is_complete()) {
    why_not = "NVIDIA's driver cannot be loaded (" + library.problems() + "); install the driver of the GPU";
    return std::nullopt;
  }
  return driver;
}

} // namespace brainmvp::nn
