# Target `portable`: the program's objects, as compiled for this machine, linked once more against the sysroot of scripts/sysroot/make.sh, so that the
# programs and the module of Python need glibc 2.28. Nothing is compiled again, and what is packed is what was tested.
set(BRAINMVP_SYSROOT "${CMAKE_SOURCE_DIR}/.deps/sysroot" CACHE PATH "What scripts/sysroot/make.sh made")
set(_root ${BRAINMVP_SYSROOT}/root)
set(_libraries ${_root}/usr/lib/x86_64-linux-gnu)
get_property(_modules GLOBAL PROPERTY BRAINMVP_MODULES)

# _brainmvp_portable(<target> <output> ARCHIVES <targets> OPTIONS <of the linker> LIBS <libraries>): g++ would take start files and libraries of this
# machine, hence -B and -L.
function(_brainmvp_portable target output)
  cmake_parse_arguments(ARG "" "" "ARCHIVES;OPTIONS;LIBS" ${ARGN})
  set(archives ${ARG_ARCHIVES})
  list(TRANSFORM archives REPLACE "(.+)" "$<TARGET_FILE:\\1>")
  add_custom_command(OUTPUT ${output} DEPENDS ${target} ${ARG_ARCHIVES} ${_root}/made
    COMMAND ${CMAKE_CXX_COMPILER} --sysroot=${_root} -o ${output} ${ARG_OPTIONS}
      -B${_libraries} -L${_libraries} -L${_root}/lib/x86_64-linux-gnu ${_libraries}/older_glibc.o $<TARGET_OBJECTS:${target}>
      -Wl,--start-group ${archives} ${_root}/itk/*.a ${_libraries}/libhwy.a ${_libraries}/libdeflate.a ${_libraries}/libpng16.a ${_libraries}/libz.a
      ${_libraries}/libzstd.a ${_libraries}/libxxhash.a ${_libraries}/libsodium.a -Wl,--end-group ${ARG_LIBS} -lrt -lpthread -ldl -lm
    COMMENT "Linking ${target} for glibc 2.28" COMMAND_EXPAND_LISTS)
endfunction()

function(_brainmvp_portable_program program)
  set(output ${CMAKE_BINARY_DIR}/portable/${program})
  _brainmvp_portable(${program} ${output} ARCHIVES ${program}-commands ${_modules}
    OPTIONS -Wl,--disable-new-dtags,-rpath,'$$ORIGIN/../lib' LIBS ${ARGN})
  set_property(GLOBAL APPEND PROPERTY BRAINMVP_PORTABLE ${output})
endfunction()

# libtorch.so, which nothing refers to, brings the CUDA backend where a wheel has one.
set(_torch_libraries ${BRAINMVP_TORCH_DIR}/lib/libtorch.so ${BRAINMVP_TORCH_DIR}/lib/libtorch_cpu.so ${BRAINMVP_TORCH_DIR}/lib/libc10.so ${_torch_openmp})
_brainmvp_portable_program(brainmvp)
_brainmvp_portable_program(brainmvp-torch ${_torch_libraries})
get_property(_programs GLOBAL PROPERTY BRAINMVP_PORTABLE)
add_custom_target(portable DEPENDS ${_programs})

# The module of Python has what it uses of the modules without libtorch (_plain of Development.cmake). libstdc++ is inside it: a process has loaded
# another by then, which may be too old. libgcc_s is every system's own.
if(TARGET brainmvp_native)
  set(_native ${CMAKE_BINARY_DIR}/portable/brainmvp_native/__init__.abi3.so)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/portable/brainmvp_native)
  _brainmvp_portable(brainmvp_native ${_native} ARCHIVES ${_plain}
    OPTIONS -shared -static-libstdc++ -s -Wl,--gc-sections,--version-script=${CMAKE_SOURCE_DIR}/python/native/exports.map)
  add_custom_target(portable-native DEPENDS ${_native})
  add_dependencies(portable portable-native)
  install(FILES ${_native} DESTINATION brainmvp_native COMPONENT portable-native EXCLUDE_FROM_ALL)
  file(GLOB _nanobind_licence ${nanobind_DIR}/../../nanobind-*.dist-info/licenses/LICENSE) # its headers are compiled in
  install(FILES ${_nanobind_licence} DESTINATION share/doc/brainmvp/licences RENAME nanobind.txt COMPONENT portable-native EXCLUDE_FROM_ALL)
endif()

install(PROGRAMS ${_programs} DESTINATION bin COMPONENT portable EXCLUDE_FROM_ALL)
install(FILES ${_libraries}/libstdc++.so.6 ${_root}/lib/x86_64-linux-gnu/libgcc_s.so.1 DESTINATION lib COMPONENT portable EXCLUDE_FROM_ALL)
install(FILES ${_torch_libraries} DESTINATION lib COMPONENT portable-libtorch EXCLUDE_FROM_ALL)
