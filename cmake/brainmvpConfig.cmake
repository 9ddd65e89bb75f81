# find_package(brainmvp)                        brainmvp::base, image, io, settings, study, store, simulate, register, metrics
# find_package(brainmvp COMPONENTS networks)    these, and brainmvp::runtime, parallel, nn, checkpoint, model, with libtorch:
#                                               BRAINMVP_TORCH_DIR is the folder `torch` of an installed torch wheel
include(CMakeFindDependencyMacro)
set(CMAKE_THREAD_PREFER_PTHREAD ON)
find_dependency(Threads)
find_dependency(nlohmann_json)
find_dependency(PNG)
find_dependency(ZLIB)
find_dependency(ITK 5.2 COMPONENTS ITKCommon ITKDistanceMap ITKConnectedComponents ITKMetricsv4 ITKBiasCorrection)
include(${CMAKE_CURRENT_LIST_DIR}/targets.cmake)

foreach(_component ${brainmvp_FIND_COMPONENTS})
  if(_component STREQUAL networks)
    include(${CMAKE_CURRENT_LIST_DIR}/LibTorch.cmake)
    add_library(brainmvp::libtorch ALIAS brainmvp_libtorch)
    include(${CMAKE_CURRENT_LIST_DIR}/networks.cmake)
    set(brainmvp_networks_FOUND TRUE)
  elseif(brainmvp_FIND_REQUIRED_${_component})
    set(brainmvp_FOUND FALSE)
    set(brainmvp_NOT_FOUND_MESSAGE "there is no component ${_component}; the only one is networks")
  endif()
endforeach()
