# tamarack_build_info(<target>): compiles into it what build it is: the version of the project, the commit and the build type.
# The same file, run by `cmake -P` at each build, writes the .cc anew when the commit is another. Only release programs name
# theirs: in the others every commit would link all tests again.
if(CMAKE_SCRIPT_MODE_FILE)
  set(commit "unknown")
  if(BUILD_TYPE STREQUAL "Release")
    execute_process(COMMAND git rev-parse --short=12 HEAD WORKING_DIRECTORY ${SOURCE} OUTPUT_VARIABLE told
      OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
    if(status EQUAL 0)
      set(commit ${told})
    endif()
  endif()
  file(CONFIGURE OUTPUT ${OUT} CONTENT "#include \"platform/config/build_info.h\"

namespace tamarack::config {
const BuildInfo& ThisBuild() {
  static constexpr BuildInfo kBuild{\"@VERSION@\", \"@commit@\", \"@BUILD_TYPE@\"};
  return kBuild;
}
}  // namespace tamarack::config
" @ONLY)
  return()
endif()

set(TAMARACK_BUILD_INFO ${CMAKE_CURRENT_LIST_FILE})

function(tamarack_build_info target)
  set(out ${CMAKE_BINARY_DIR}/gen/platform/config/build_info.cc)
  add_custom_target(build_info BYPRODUCTS ${out} COMMENT "build info" VERBATIM
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DSOURCE=${CMAKE_SOURCE_DIR} -DVERSION=${PROJECT_VERSION}
      -DBUILD_TYPE=${CMAKE_BUILD_TYPE} -P ${TAMARACK_BUILD_INFO})
  target_sources(${target} PRIVATE ${out})
  add_dependencies(${target} build_info)
endfunction()
