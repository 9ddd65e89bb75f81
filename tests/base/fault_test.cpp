#include "base/fault.h"

#include <new>
#include <stdexcept>
#include <system_error>

#include "support/support.h"

namespace brainmvp {
namespace {

// As libtorch says it, with its frames.
std::runtime_error of_libtorch(const std::string& text) {
  return std::runtime_error(text + "\nException raised from alloc_cpu at ../c10/core/impl/alloc_cpu.cpp:127 (most recent call "
                                   "first):\nframe #0: c10::Error::Error(...) + 0x80 (0x7f01 in /x/libc10.so)\n");
}

TEST(Fault, MemoryThatCannotBeHadIsOneCodeWhoeverSaysIt) {
  const std::vector<std::runtime_error> texts{
      of_libtorch("[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to "
                  "allocate 256000000000 bytes. Error code 12 (Cannot allocate memory)"),
      of_libtorch("CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 10 GiB"),
      of_libtorch("Storage size calculation overflowed with sizes=[2147483648, 2147483648]"),
      of_libtorch("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate(handle)"),
      std::runtime_error("could not create a primitive"),
      std::runtime_error("itk::ERROR: Image(0x1): Failed to allocate memory for image.")};
  for (const std::runtime_error& fault : texts) {
    EXPECT_EQ(error_of(fault).code(), ExitCode::kOutOfResources) << fault.what();
  }
  EXPECT_EQ(error_of(std::bad_alloc()).code(), ExitCode::kOutOfResources);
  EXPECT_EQ(error_of(std::length_error("vector::reserve")).code(), ExitCode::kOutOfResources);
  EXPECT_EQ(error_of(std::system_error(EAGAIN, std::generic_category())).code(), ExitCode::kOutOfResources);
  EXPECT_EQ(error_of(texts[0], "use a smaller --crop").message(),
            "out of memory: 256 GB more were asked for; use a smaller --crop");
  EXPECT_EQ(error_of(texts[1], "use a smaller --crop").message(),
            "out of memory of the GPU: 20.00 GiB more were asked for; use a smaller --crop");
}

TEST(Fault, OtherFaultsAreInternalAndWithoutFrames) {
  const Error error = error_of(of_libtorch("expected 5 dimensions, found 4. "));
  EXPECT_EQ(error.code(), ExitCode::kInternal);
  EXPECT_EQ(error.message(),
            "internal fault: expected 5 dimensions, found 4; please report it with the command and this message");
  EXPECT_FALSE(is_out_of_memory(std::runtime_error("a remark about memory")));
  EXPECT_EQ(error_of(std::system_error(EIO, std::generic_category())).code(), ExitCode::kInternal);
}

TEST(Fault, AnErrorStaysWhatItIs) {
  const Error error = error_of(Error(ExitCode::kBadInput, "out of memory.nii: no such file"), "use less");
  EXPECT_EQ(error.code(), ExitCode::kBadInput);
  EXPECT_EQ(error.message(), "out of memory.nii: no such file");
}

} // namespace
} // namespace brainmvp
