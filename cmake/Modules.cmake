set(BRAINMVP_SANITIZE "" CACHE STRING "Value for -fsanitize=, for example address,undefined")

add_library(brainmvp_flags INTERFACE)
option(BRAINMVP_FUZZ "Build the programs of libFuzzer (./dev fuzz); needs clang" OFF)

if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  target_compile_options(brainmvp_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wconversion -Wno-sign-conversion -Werror
    -Wno-restrict # g++ 12 reports std::string concatenations wrongly (GCC bug 105329)
    -Wno-subobject-linkage) # takes a source file of a unity build for a header
endif()
if(BRAINMVP_FUZZ)
  target_compile_options(brainmvp_flags INTERFACE -fprofile-instr-generate -fcoverage-mapping)
  target_link_options(brainmvp_flags INTERFACE -fprofile-instr-generate)
endif()
target_link_libraries(brainmvp_flags INTERFACE Threads::Threads)
if(BRAINMVP_SANITIZE)
  target_compile_options(brainmvp_flags INTERFACE -fsanitize=${BRAINMVP_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    -Wno-maybe-uninitialized) # instrumented code of the standard library is reported wrongly
  target_link_options(brainmvp_flags INTERFACE -fsanitize=${BRAINMVP_SANITIZE})
endif()
if(BRAINMVP_SANITIZE MATCHES undefined)
  target_compile_options(brainmvp_itk INTERFACE -fno-sanitize=pointer-overflow) # ITK's iterators step from null pointers
endif()

# The headers cost more than our code: the files of a folder are compiled six at a time, for which names of their anonymous namespaces
# must not meet. 0 takes whole folders, which is the fastest for who builds once.
set(CMAKE_UNITY_BUILD ON CACHE BOOL "Compile several source files as one")
set(CMAKE_UNITY_BUILD_BATCH_SIZE 6 CACHE STRING "Source files of a folder that are compiled as one; 0: all")

# Torch's headers cost 20 s a file, and 6 s with this precompiled header.
file(WRITE ${CMAKE_BINARY_DIR}/torch_pch.cpp "")
add_library(brainmvp_torch_pch STATIC ${CMAKE_BINARY_DIR}/torch_pch.cpp)
target_link_libraries(brainmvp_torch_pch PUBLIC brainmvp_flags brainmvp_libtorch)
target_precompile_headers(brainmvp_torch_pch PRIVATE <torch/types.h> <torch/nn/module.h> <torch/autograd.h>)

function(_brainmvp_use_torch target)
  target_link_libraries(${target} PUBLIC $<BUILD_INTERFACE:brainmvp_libtorch> $<INSTALL_INTERFACE:brainmvp::libtorch>)
  target_precompile_headers(${target} REUSE_FROM brainmvp_torch_pch)
endfunction()

# brainmvp_module(<folder of src> [TORCH] [FOLDERS <its folders, lower ones first>] [DEPS <modules>] [LIBS <public>] [PRIVATE_LIBS <private>])
function(brainmvp_module name)
  cmake_parse_arguments(ARG "TORCH" "" "FOLDERS;DEPS;LIBS;PRIVATE_LIBS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  add_library(brainmvp_${name} STATIC ${sources})
  set_property(GLOBAL APPEND PROPERTY BRAINMVP_MODULES brainmvp_${name})
  target_include_directories(brainmvp_${name} PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/src> $<INSTALL_INTERFACE:include/brainmvp>)
  target_compile_features(brainmvp_${name} PUBLIC cxx_std_20)
  list(TRANSFORM ARG_DEPS PREPEND brainmvp_)
  target_link_libraries(brainmvp_${name} PUBLIC $<BUILD_INTERFACE:brainmvp_flags> Threads::Threads ${ARG_DEPS} ${ARG_LIBS} PRIVATE ${ARG_PRIVATE_LIBS})
  if(ARG_TORCH)
    _brainmvp_use_torch(brainmvp_${name})
  else() # parts of the Python module, a shared library; calls within a file stay what they are in a program
    set_target_properties(brainmvp_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    target_compile_options(brainmvp_${name} PRIVATE -fno-semantic-interposition)
  endif()
endfunction()

include(${CMAKE_CURRENT_LIST_DIR}/EmbedTexts.cmake)

# brainmvp_embed(<module> <text files>): compiles texts into a module, which declares embedded_texts() (base/embedded_text.h).
function(brainmvp_embed name)
  set(files "")
  foreach(file ${ARGN})
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${CMAKE_SOURCE_DIR})
    list(APPEND files ${file})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  endforeach()
  brainmvp_embedded_source(source ${name} ${files})
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/${name}_texts.cpp CONTENT "@source@" @ONLY)
  target_sources(brainmvp_${name} PRIVATE ${CMAKE_BINARY_DIR}/generated/${name}_texts.cpp)
endfunction()

# brainmvp_embed_heads(<module> <files>): compiles binary files into a module, which declares embedded_heads() (base/embedded_text.h).
function(brainmvp_embed_heads name)
  set(sections "")
  set(entries "")
  foreach(file ${ARGN})
    cmake_path(GET file FILENAME file_name)
    string(MAKE_C_IDENTIFIER "brainmvp_${file_name}" symbol)
    string(APPEND sections
      "asm(\".pushsection .rodata\\n.global ${symbol}\\n.global ${symbol}_end\\n${symbol}:\\n.incbin \\\"${file}\\\"\\n${symbol}_end:\\n.byte 0\\n.popsection\\n\");\n"
      "extern \"C\" const char ${symbol}[]; extern \"C\" const char ${symbol}_end[];\n")
    string(APPEND entries "    {\"${file_name}\", {${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}},\n")
  endforeach()
  string(JOIN "\n" source "#include \"${name}/embedded_texts.h\"" "${sections}namespace brainmvp::${name} {"
    "std::span<const EmbeddedText> embedded_heads() {" "  static const EmbeddedText kHeads[] = {" "${entries}  };" "  return kHeads;" "}"
    "} // namespace brainmvp::${name}" "")
  set(output ${CMAKE_BINARY_DIR}/generated/${name}_heads.cpp)
  file(CONFIGURE OUTPUT ${output} CONTENT "@source@" @ONLY)
  set_source_files_properties(${output} PROPERTIES OBJECT_DEPENDS "${ARGN}" SKIP_UNITY_BUILD_INCLUSION ON)
  target_sources(brainmvp_${name} PRIVATE ${output})
endfunction()

# brainmvp_embed_web(<module> <names>): bundles web/ with esbuild when it changes, and compiles the texts in.
function(brainmvp_embed_web name)
  set(modules ${CMAKE_SOURCE_DIR}/.deps/web/node_modules)
  find_program(BRAINMVP_NODE NAMES node nodejs)
  if(NOT BRAINMVP_NODE OR NOT EXISTS ${modules}/esbuild)
    message(FATAL_ERROR "node or the packages of web/package-lock.json are missing: run ./dev setup")
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/*)
  list(TRANSFORM ARGN PREPEND ${CMAKE_BINARY_DIR}/generated/web/ OUTPUT_VARIABLE texts)
  list(JOIN texts "," joined)
  set(output ${CMAKE_BINARY_DIR}/generated/${name}_texts.cpp)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -E env NODE_PATH=${modules} ${BRAINMVP_NODE} ${CMAKE_SOURCE_DIR}/web/build.cjs ${CMAKE_BINARY_DIR}/generated/web
    COMMAND ${CMAKE_COMMAND} -DMODULE=${name} -DFILES=${joined} -DOUTPUT=${output} -P ${CMAKE_SOURCE_DIR}/cmake/EmbedTexts.cmake
    DEPENDS ${sources} ${CMAKE_SOURCE_DIR}/cmake/EmbedTexts.cmake
    COMMENT "Bundling web/" VERBATIM)
  target_sources(brainmvp_${name} PRIVATE ${output})
endfunction()

# brainmvp_test(<folder of tests> [TORCH] [DEPS <modules>] [LIBS <libraries>]): one executable, its cases found by ctest.
function(brainmvp_test name)
  cmake_parse_arguments(ARG "TORCH" "" "DEPS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  add_executable(test_${name} ${sources})
  target_include_directories(test_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  list(TRANSFORM ARG_DEPS PREPEND brainmvp_)
  target_link_libraries(test_${name} PRIVATE brainmvp_test_support ${ARG_DEPS} ${ARG_LIBS})
  if(ARG_TORCH)
    _brainmvp_use_torch(test_${name})
  else()
    target_precompile_headers(test_${name} REUSE_FROM brainmvp_test_pch)
    target_compile_options(test_${name} PRIVATE ${BRAINMVP_TEST_OPTIONS})
  endif()
  gtest_discover_tests(test_${name} DISCOVERY_MODE PRE_TEST TEST_PREFIX ${name}.)
endfunction()
