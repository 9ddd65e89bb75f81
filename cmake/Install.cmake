# `cmake --install` makes a folder that runs by itself wherever glibc is new enough: the program in its two builds, every library that they load but glibc's
# own, and the licence texts of all of it. `./dev package` packs that folder.
if(EXISTS "${BRAINMVP_TORCH_DIR}/lib/libtorch_cuda.so")
  install(CODE "message(FATAL_ERROR \"Installing needs the CPU wheel of torch: the libraries of a CUDA wheel are several GB and load each other by name. Use the program where it was built.\")")
endif()

# DT_RPATH, unlike DT_RUNPATH, is also used for what Debian's libraries need of each other, and goes before LD_LIBRARY_PATH.
foreach(program brainmvp brainmvp-torch)
  target_link_options(${program} PRIVATE -Wl,--disable-new-dtags)
endforeach()
set_target_properties(brainmvp brainmvp-torch PROPERTIES INSTALL_RPATH "$ORIGIN/../lib")
install(TARGETS brainmvp brainmvp-torch RUNTIME_DEPENDENCY_SET brainmvp_libraries RUNTIME DESTINATION bin)
install(RUNTIME_DEPENDENCY_SET brainmvp_libraries
  PRE_EXCLUDE_REGEXES "^lib(c|m|rt|dl|pthread)\\.so\\." "^ld-linux"
  LIBRARY DESTINATION lib)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE ${CMAKE_SOURCE_DIR}/README.md DESTINATION share/doc/brainmvp COMPONENT share)
install(FILES ${CMAKE_SOURCE_DIR}/data/anatomy/LICENSE ${CMAKE_SOURCE_DIR}/data/anatomy/README.md DESTINATION share/doc/brainmvp/licences/anatomy COMPONENT share) # the heads are compiled in
install(DIRECTORY ${CMAKE_SOURCE_DIR}/data/models/ DESTINATION lib/brainmvp/models COMPONENT share) # found from bin by finetune --init NAME
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/lib/brainmvp)
file(CREATE_LINK ${CMAKE_SOURCE_DIR}/data/models ${CMAKE_BINARY_DIR}/lib/brainmvp/models SYMBOLIC)

# Headers and archives that the program contains, as names of Debian packages; those of libraries are found from the files.
install(CODE "set(torch_dir \"${BRAINMVP_TORCH_DIR}\")
  set(architecture \"${CMAKE_LIBRARY_ARCHITECTURE}\")
  set(compiled_in libcli11-dev nlohmann-json3-dev libinsighttoolkit5-dev libspdlog-dev libfmt-dev libtomlplusplus-dev libdeflate-dev libpng-dev
    zlib1g-dev libzstd-dev libxxhash-dev libsodium-dev libhwy-dev)
  include(\"${CMAKE_SOURCE_DIR}/cmake/InstallLicences.cmake\")" COMPONENT share)
install(CODE "set(program \"$<TARGET_FILE:brainmvp>\")
  include(\"${CMAKE_SOURCE_DIR}/cmake/InstallShell.cmake\")" COMPONENT share)
