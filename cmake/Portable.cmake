# Target `portable`: the program's objects, as compiled for this machine, linked once more against the sysroot of scripts/sysroot/make.sh, so that the
# programs need glibc 2.28. Nothing is compiled again, and what is packed is what was tested.
set(BRAINMVP_SYSROOT "${CMAKE_SOURCE_DIR}/.deps/sysroot" CACHE PATH "What scripts/sysroot/make.sh made")
set(_root ${BRAINMVP_SYSROOT}/root)
set(_libraries ${_root}/usr/lib/x86_64-linux-gnu)
get_property(_modules GLOBAL PROPERTY BRAINMVP_MODULES)

# _brainmvp_portable(<program> <libraries>): g++ would take start files and libraries of this machine, hence -B and -L.
function(_brainmvp_portable program)
  set(archives $<TARGET_FILE:${program}-commands>)
  foreach(module ${_modules})
    list(APPEND archives $<TARGET_FILE:${module}>)
  endforeach()
  set(output ${CMAKE_BINARY_DIR}/portable/${program})
  add_custom_command(OUTPUT ${output} DEPENDS ${program} ${_root}/made
    COMMAND ${CMAKE_CXX_COMPILER} --sysroot=${_root} -o ${output} -Wl,--disable-new-dtags,-rpath,'$$ORIGIN/../lib'
      -B${_libraries} -L${_libraries} -L${_root}/lib/x86_64-linux-gnu ${_libraries}/older_glibc.o $<TARGET_OBJECTS:${program}>
      -Wl,--start-group ${archives} ${_root}/itk/*.a ${_libraries}/libhwy.a ${_libraries}/libdeflate.a ${_libraries}/libpng16.a ${_libraries}/libz.a
      ${_libraries}/libzstd.a ${_libraries}/libxxhash.a ${_libraries}/libsodium.a -Wl,--end-group ${ARGN} -lpthread -ldl -lm
    COMMENT "Linking ${program} for glibc 2.28" COMMAND_EXPAND_LISTS)
  set_property(GLOBAL APPEND PROPERTY BRAINMVP_PORTABLE ${output})
endfunction()

# libtorch.so, which nothing refers to, brings the CUDA backend where a wheel has one.
set(_torch_libraries ${BRAINMVP_TORCH_DIR}/lib/libtorch.so ${BRAINMVP_TORCH_DIR}/lib/libtorch_cpu.so ${BRAINMVP_TORCH_DIR}/lib/libc10.so ${_torch_openmp})
_brainmvp_portable(brainmvp)
_brainmvp_portable(brainmvp-torch ${_torch_libraries})
get_property(_programs GLOBAL PROPERTY BRAINMVP_PORTABLE)
add_custom_target(portable DEPENDS ${_programs})

install(PROGRAMS ${_programs} DESTINATION bin COMPONENT portable EXCLUDE_FROM_ALL)
install(FILES ${_libraries}/libstdc++.so.6 ${_root}/lib/x86_64-linux-gnu/libgcc_s.so.1 DESTINATION lib COMPONENT portable EXCLUDE_FROM_ALL)
install(FILES ${_torch_libraries} DESTINATION lib COMPONENT portable-libtorch EXCLUDE_FROM_ALL)
