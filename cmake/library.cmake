# A static library of ours: tamarack_library(NAME SOURCES … DEPS …). It is linked once by itself with what it declares, so that
# whoever uses more than that does not link; nothing runs that program.
function(tamarack_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  tamarack_defaults(${name})
  target_link_libraries(${name} PUBLIC ${arg_DEPS})
  if(NOT TAMARACK_SANITIZE)
    add_executable(${name}_alone ${CMAKE_SOURCE_DIR}/cmake/alone.cc)
    set_target_properties(${name}_alone PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/alone)
    target_link_libraries(${name}_alone PRIVATE $<LINK_LIBRARY:WHOLE_ARCHIVE,${name}>)
  endif()
endfunction()
