# What ranks exchange tensors through: `brainmvp_backends`. Their code is in libtorch; these are its headers.
add_library(brainmvp_backends INTERFACE)
target_compile_definitions(brainmvp_backends INTERFACE USE_C10D_GLOO)

# The CUDA wheels of torch bring NCCL and CUDA's runtime as wheels of their own, beside it.
find_path(BRAINMVP_NCCL_INCLUDE nccl.h HINTS ${BRAINMVP_TORCH_DIR}/../nvidia/nccl/include)
find_path(BRAINMVP_CUDA_INCLUDE cuda_runtime.h HINTS ${BRAINMVP_TORCH_DIR}/../nvidia/cuda_runtime/include ${BRAINMVP_TORCH_DIR}/../nvidia/cu13/include)
if(EXISTS "${BRAINMVP_TORCH_DIR}/lib/libtorch_cuda.so")
  if(BRAINMVP_NCCL_INCLUDE AND BRAINMVP_CUDA_INCLUDE)
    target_compile_definitions(brainmvp_backends INTERFACE USE_C10D_NCCL)
    target_include_directories(brainmvp_backends SYSTEM INTERFACE ${BRAINMVP_NCCL_INCLUDE} ${BRAINMVP_CUDA_INCLUDE})
  else()
    message(STATUS "nccl.h or cuda_runtime.h not found: gradients of several GPUs will go through the CPU")
  endif()
endif()
