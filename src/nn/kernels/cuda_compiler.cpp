#include "nn/kernels/cuda_compiler.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace brainmvp::nn {
namespace {

class NvrtcProgram {
public:
  NvrtcProgram(const Nvrtc& nvrtc, const std::string& source) : nvrtc_(nvrtc) {
    check(nvrtc_.create(&program_, source.c_str(), "brainmvp.cu", 0, nullptr, nullptr), "taking the source");
  }
  ~NvrtcProgram() { nvrtc_.destroy(&program_); }
  NvrtcProgram(const NvrtcProgram&) = delete;
  NvrtcProgram& operator=(const NvrtcProgram&) = delete;

  CudaProgram compile(const std::vector<std::string>& kernels, int architecture) {
    for (const std::string& kernel : kernels) {
      check(nvrtc_.add_name(program_, kernel.c_str()), "naming " + kernel);
    }
    const auto [target, is_native] = target_for(architecture);
    const std::vector<const char*> options{"--std=c++17", target.c_str()};
    if (const int code = nvrtc_.compile(program_, static_cast<int>(options.size()), options.data()); code != 0) {
      check(code, "compiling with " + target + ":\n" + text_of(nvrtc_.log_size, nvrtc_.log));
    }
    CudaProgram result{.image = is_native ? text_of(nvrtc_.cubin_size, nvrtc_.cubin) : text_of(nvrtc_.ptx_size, nvrtc_.ptx),
                       .symbols = {}};
    for (const std::string& kernel : kernels) {
      const char* symbol = nullptr;
      check(nvrtc_.symbol(program_, kernel.c_str(), &symbol), "finding " + kernel);
      result.symbols.emplace_back(symbol);
    }
    return result;
  }

private:
  void check(int code, const std::string& what) const {
    if (code != 0) {
      throw Error(ExitCode::kInternal,
                  "NVRTC: " + what + ": " + nvrtc_.error_string(code) +
                      "; run with --kernels aten, and report this with the versions of torch and of the driver");
    }
  }

  // Machine code where NVRTC knows the GPU; otherwise the newest virtual architecture below it, which the driver translates.
  [[nodiscard]] std::pair<std::string, bool> target_for(int architecture) const {
    int count = 0;
    check(nvrtc_.supported_count(&count), "counting its targets");
    std::vector<int> known(static_cast<std::size_t>(count));
    check(nvrtc_.supported(known.data()), "listing its targets");
    const bool is_native = std::find(known.begin(), known.end(), architecture) != known.end();
    int best = 0;
    for (const int candidate : known) {
      best = candidate <= architecture ? std::max(best, candidate) : best;
    }
    return {"--gpu-architecture=" + std::string(is_native ? "sm_" : "compute_") + std::to_string(best), is_native};
  }

  [[nodiscard]] std::string text_of(int (*size_of)(void*, std::size_t*), int (*read)(void*, char*)) const {
    std::size_t bytes = 0;
    check(size_of(program_, &bytes), "asking for a size");
    std::string text(bytes, '\0');
    check(read(program_, text.data()), "reading a result");
    return text;
  }

  const Nvrtc& nvrtc_;
  void* program_ = nullptr;
};

} // namespace

CudaProgram compile_cuda(const Nvrtc& nvrtc, const std::string& source, const std::vector<std::string>& kernels,
                         int architecture) {
  return NvrtcProgram(nvrtc, source).compile(kernels, architecture);
}

} // namespace brainmvp::nn
