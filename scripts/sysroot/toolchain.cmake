# For make.sh: g++ 12 against the sysroot, whose folder is in BRAINMVP_ROOT.
set(CMAKE_SYSROOT "$ENV{BRAINMVP_ROOT}")
set(CMAKE_C_COMPILER gcc-12)
set(CMAKE_CXX_COMPILER g++-12)
foreach(kind LIBRARY INCLUDE PACKAGE)
  set(CMAKE_FIND_ROOT_PATH_MODE_${kind} ONLY)
endforeach()
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
