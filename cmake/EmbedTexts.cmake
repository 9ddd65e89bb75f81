# brainmvp_embedded_source(<variable> <module> <files>): the source that defines a module's embedded_texts() with these texts.
function(brainmvp_embedded_source variable module)
  set(entries "")
  foreach(file ${ARGN})
    cmake_path(GET file FILENAME text_name)
    file(READ ${file} text)
    string(APPEND entries "    {\"${text_name}\", R\"text(${text})text\"sv},\n") # sv: constant evaluation would count a long text letter by letter
  endforeach()
  string(JOIN "\n" source
    "#include \"${module}/embedded_texts.h\""
    "namespace brainmvp::${module} {"
    "using std::string_view_literals::operator\"\"sv;"
    "std::span<const EmbeddedText> embedded_texts() {"
    "  static constexpr EmbeddedText kTexts[] = {"
    "${entries}  };"
    "  return kTexts;"
    "}"
    "} // namespace brainmvp::${module}"
    "")
  set(${variable} "${source}" PARENT_SCOPE)
endfunction()

# As a script: cmake -DMODULE=... -DFILES=a,b -DOUTPUT=... -P EmbedTexts.cmake, for texts that are made when building.
if(CMAKE_SCRIPT_MODE_FILE)
  string(REPLACE "," ";" files "${FILES}")
  brainmvp_embedded_source(source ${MODULE} ${files})
  file(WRITE ${OUTPUT} "${source}")
endif()
