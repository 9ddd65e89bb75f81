# Imported target `brainmvp_libtorch` from the lib and include folders of an installed torch wheel.
# TorchConfig.cmake is not used: that of a CUDA wheel demands a CUDA toolkit, which wheel users lack.
file(GLOB _torch_default LIST_DIRECTORIES true ${CMAKE_SOURCE_DIR}/.deps/python/lib/python3*/site-packages/torch)
if(_torch_default)
  list(GET _torch_default 0 _torch_default)
endif()
set(BRAINMVP_TORCH_DIR "${_torch_default}" CACHE PATH "Folder `torch` of an installed torch wheel (has lib/ and include/)")

if(NOT EXISTS "${BRAINMVP_TORCH_DIR}/lib/libtorch_cpu.so")
  message(FATAL_ERROR "No libtorch at '${BRAINMVP_TORCH_DIR}'. Run ./dev setup, or pass -DBRAINMVP_TORCH_DIR=<folder of the torch wheel>.")
endif()

file(READ "${BRAINMVP_TORCH_DIR}/version.py" _torch_version_py)
string(REGEX MATCH "__version__ = '([^']+)'" _ "${_torch_version_py}")
set(BRAINMVP_TORCH_VERSION "${CMAKE_MATCH_1}")
string(REGEX MATCH "^[0-9]+\\.[0-9]+" _torch_minor "${BRAINMVP_TORCH_VERSION}")
if(_torch_minor VERSION_LESS 2.11 OR _torch_minor VERSION_GREATER 2.14)
  message(FATAL_ERROR "libtorch ${BRAINMVP_TORCH_VERSION} at '${BRAINMVP_TORCH_DIR}': versions 2.11 to 2.14 are supported.")
endif()

add_library(brainmvp_libtorch INTERFACE)
target_include_directories(brainmvp_libtorch SYSTEM INTERFACE
  ${BRAINMVP_TORCH_DIR}/include ${BRAINMVP_TORCH_DIR}/include/torch/csrc/api/include)
# libstdc++ first: libtorch.so of a CUDA wheel exports parts of an old one, whose std::filesystem calls functions that are not there.
target_link_libraries(brainmvp_libtorch INTERFACE
  stdc++ ${BRAINMVP_TORCH_DIR}/lib/libtorch.so ${BRAINMVP_TORCH_DIR}/lib/libtorch_cpu.so ${BRAINMVP_TORCH_DIR}/lib/libc10.so)
# ATen's headers run at::parallel_for on one thread where a file is compiled without OpenMP. The runtime is the wheel's own.
file(GLOB _torch_openmp ${BRAINMVP_TORCH_DIR}/lib/libgomp*.so* ${BRAINMVP_TORCH_DIR}/../torch.libs/libgomp*.so*)
list(APPEND _torch_openmp gomp)
list(GET _torch_openmp 0 _torch_openmp)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU) # clang, which only fuzzes, has no omp.h of its own
  target_compile_options(brainmvp_libtorch INTERFACE -fopenmp)
endif()
target_link_libraries(brainmvp_libtorch INTERFACE ${_torch_openmp})
if(EXISTS "${BRAINMVP_TORCH_DIR}/lib/libtorch_cuda.so")
  # The CUDA backend registers itself when it is loaded; nothing refers to its symbols.
  target_link_libraries(brainmvp_libtorch INTERFACE
    -Wl,--no-as-needed ${BRAINMVP_TORCH_DIR}/lib/libtorch_cuda.so ${BRAINMVP_TORCH_DIR}/lib/libc10_cuda.so -Wl,--as-needed)
endif()
