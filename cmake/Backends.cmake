# What ranks exchange tensors through: `brainmvp_backends`. Their code is in libtorch; these are its headers.
include(CheckCXXSourceCompiles)
add_library(brainmvp_backends INTERFACE)
target_compile_definitions(brainmvp_backends INTERFACE USE_C10D_GLOO)

# The CUDA wheels of torch bring NCCL and most of CUDA's headers as wheels of their own, beside it.
if(EXISTS "${BRAINMVP_TORCH_DIR}/lib/libtorch_cuda.so")
  file(GLOB _cuda_includes LIST_DIRECTORIES true ${BRAINMVP_TORCH_DIR}/../nvidia/*/include)
  set(CMAKE_REQUIRED_INCLUDES ${_cuda_includes} ${BRAINMVP_TORCH_DIR}/include ${BRAINMVP_TORCH_DIR}/include/torch/csrc/api/include)
  set(CMAKE_REQUIRED_DEFINITIONS -DUSE_C10D_NCCL)
  set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
  check_cxx_source_compiles("#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>" BRAINMVP_HAS_NCCL)
  foreach(_set REQUIRED_INCLUDES REQUIRED_DEFINITIONS TRY_COMPILE_TARGET_TYPE)
    unset(CMAKE_${_set})
  endforeach()
  if(BRAINMVP_HAS_NCCL)
    target_compile_definitions(brainmvp_backends INTERFACE USE_C10D_NCCL)
    target_include_directories(brainmvp_backends SYSTEM INTERFACE ${_cuda_includes})
  else()
    message(WARNING "Headers of NCCL or CUDA are missing beside torch, so that gradients of several GPUs would go through the CPU. "
      "pip install nvidia-cuda-crt nvidia-cuda-cccl (of torch's CUDA version) brings them; then configure a new build folder.")
  endif()
endif()
