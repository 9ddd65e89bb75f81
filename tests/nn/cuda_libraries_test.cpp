#include "nn/kernels/cuda_libraries.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/error.h"
#include "nn/embedded_texts.h"
#include "nn/kernels/cuda_compiler.h"

namespace brainmvp::nn {
namespace {

TEST(CudaLibraries, SayWhyThereIsNoCompilerOrDriver) {
  std::string why_not;
  EXPECT_FALSE(load_nvrtc({"libnvrtc-of-nobody.so.12"}, why_not).has_value());
  EXPECT_NE(why_not.find("libnvrtc-of-nobody.so.12"), std::string::npos) << why_not;
  EXPECT_NE(why_not.find("install it from pip beside torch"), std::string::npos) << why_not;
  EXPECT_FALSE(load_cuda_driver({"libcuda-of-nobody.so.1"}, why_not).has_value());
  EXPECT_NE(why_not.find("libcuda-of-nobody.so.1"), std::string::npos) << why_not;
}

TEST(CudaLibraries, SayWhichFunctionALibraryLacks) {
  std::string why_not;
  EXPECT_FALSE(load_nvrtc({"libm.so.6"}, why_not).has_value());
  EXPECT_NE(why_not.find("nvrtcCreateProgram"), std::string::npos) << why_not;
}

TEST(CudaLibraries, LookForTheCompilerInTheSystemLast) {
  const std::vector<std::string> files = nvrtc_files();
  ASSERT_GE(files.size(), 2u);
  EXPECT_EQ(files.back(), "libnvrtc.so.13");
}

// The compiler of NVIDIA needs no GPU.
class RealNvrtc : public testing::Test {
protected:
  void SetUp() override {
    const char* file = std::getenv("BRAINMVP_TEST_NVRTC");
    std::string why_not;
    nvrtc_ = load_nvrtc(file == nullptr ? nvrtc_files() : std::vector<std::string>{file}, why_not);
    if (!nvrtc_ && file == nullptr) {
      GTEST_SKIP() << why_not << "; or set BRAINMVP_TEST_NVRTC to its file";
    }
    ASSERT_TRUE(nvrtc_.has_value()) << why_not;
  }

  std::optional<Nvrtc> nvrtc_;
  std::string source_{embedded_texts().front().text};
};

TEST_F(RealNvrtc, MakesMachineCodeOfTheKernels) {
  const CudaProgram program =
      compile_cuda(*nvrtc_, source_, {"convolve<5, float, 2>", "taps_gradient<5, unsigned short, 1>"}, 80);
  EXPECT_EQ(program.image.substr(1, 3), "ELF");
  ASSERT_EQ(program.symbols.size(), 2u);
  for (const std::string& symbol : program.symbols) {
    EXPECT_NE(program.image.find(symbol), std::string::npos) << symbol;
  }
}

TEST_F(RealNvrtc, MakesPtxForGpusThatItDoesNotKnow) {
  const CudaProgram program = compile_cuda(*nvrtc_, source_, {"convolve<3, unsigned short, 2>"}, 9999);
  EXPECT_NE(program.image.find(".target sm_"), std::string::npos);
  EXPECT_NE(program.image.find(".entry " + program.symbols.front()), std::string::npos);
}

TEST_F(RealNvrtc, TellsWhatIsWrongWithASource) {
  try {
    compile_cuda(*nvrtc_, "template <int N> __global__ void wrong() { undeclared = N; }", {"wrong<3>"}, 80);
    FAIL() << "compiled";
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("identifier \"undeclared\" is undefined"), std::string::npos) << error.message();
  }
}

} // namespace
} // namespace brainmvp::nn
