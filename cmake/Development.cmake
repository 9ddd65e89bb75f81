# `cmake --install` also brings what `find_package(brainmvp)` finds: archives of the modules that need no libtorch and, as the component
# "networks", of the networks and their checkpoints, with their headers (docs/develop/library.md). Its install component is "development".
set(_plain base image io settings study store simulate register metrics)
set(_networks runtime parallel nn checkpoint model)

foreach(_module ${_plain} ${_networks})
  set_target_properties(brainmvp_${_module} PROPERTIES EXPORT_NAME ${_module})
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/src/${_module} DESTINATION include/brainmvp COMPONENT development FILES_MATCHING PATTERN "*.h")
endforeach()
list(TRANSFORM _plain PREPEND brainmvp_)
list(TRANSFORM _networks PREPEND brainmvp_)
install(TARGETS ${_plain} spdlog tomlplusplus xxhash libdeflate zstd libsodium highway brainmvp_itk EXPORT brainmvp ARCHIVE DESTINATION lib COMPONENT development)
install(TARGETS ${_networks} brainmvp_backends EXPORT brainmvp_networks ARCHIVE DESTINATION lib COMPONENT development)
install(EXPORT brainmvp NAMESPACE brainmvp:: FILE targets.cmake DESTINATION lib/cmake/brainmvp COMPONENT development)
install(EXPORT brainmvp_networks NAMESPACE brainmvp:: FILE networks.cmake DESTINATION lib/cmake/brainmvp COMPONENT development)

include(CMakePackageConfigHelpers)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/generated/brainmvpConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_SOURCE_DIR}/cmake/brainmvpConfig.cmake ${CMAKE_SOURCE_DIR}/cmake/LibTorch.cmake
  ${CMAKE_BINARY_DIR}/generated/brainmvpConfigVersion.cmake DESTINATION lib/cmake/brainmvp COMPONENT development)
