# Compiler, warnings, sanitizers and the one precompiled header.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR "GCC older than 13 destroys temporaries twice in co_await expressions. "
                      "Use Clang 19: cmake --preset dev")
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(TAMARACK_SANITIZE "" CACHE STRING "Value of -fsanitize=, for example address,undefined")
option(TAMARACK_PCH "Use the precompiled header" ON)

find_program(CCACHE ccache)
if(CCACHE)
  # A precompiled header is only reusable when ccache may ignore its time stamps. What a file includes, ccache learns from
  # the compiler's list of dependencies: preprocessing each file as well took a tenth of a first build.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_DEPEND=1 CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
endif()

set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
add_compile_definitions(_GLIBCXX_ASSERTIONS)  # what is out of range ends the process, in every build
if(CMAKE_BUILD_TYPE STREQUAL "Release")  # tests/hardening.test.mjs looks at what comes of it
  add_compile_options(-fPIE -fstack-protector-strong -fstack-clash-protection)
  add_compile_definitions(_FORTIFY_SOURCE=3)
  add_link_options(-pie LINKER:-z,relro,-z,now)
endif()
add_link_options(-fuse-ld=mold)
add_compile_options(-pthread)  # the precompiled header and all its users must agree
# A request has about eight coroutine frames; Asio by itself keeps two of those that end for the next ones.
add_compile_definitions(BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=8)
add_compile_definitions(BOOST_ASIO_NO_DEPRECATED BOOST_ALL_NO_LIB)
if(TAMARACK_SANITIZE)
  add_compile_options(-fsanitize=${TAMARACK_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  # Recycled coroutine frames hide use-after-free from the sanitizers.
  add_compile_definitions(BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING)
  add_link_options(-fsanitize=${TAMARACK_SANITIZE})
endif()

# Ours, not generated code or packages.
add_library(tamarack_warnings INTERFACE)
target_compile_options(tamarack_warnings INTERFACE -Wall -Wextra -Werror -Wshadow -Wconversion -Wno-sign-conversion
  -Wno-overloaded-virtual)  # handlers overload the generated methods by design

add_library(tamarack_pch STATIC ${CMAKE_SOURCE_DIR}/cmake/pch.cc)
target_link_libraries(tamarack_pch PRIVATE tamarack_warnings Threads::Threads Boost::headers Boost::json)
target_compile_options(tamarack_pch PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
if(TAMARACK_PCH)
  target_precompile_headers(tamarack_pch PRIVATE ${CMAKE_SOURCE_DIR}/cmake/pch.h)
endif()

# Settings that every target of ours shares. With a header of its own named as second argument, the target precompiles that
# one too: worth it where ten files include it.
function(tamarack_defaults target)
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
  target_include_directories(${target} SYSTEM PUBLIC ${CMAKE_BINARY_DIR}/gen)
  target_link_libraries(${target} PRIVATE tamarack_warnings)
  if(TAMARACK_PCH)
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
    if(ARGC GREATER 1)
      target_precompile_headers(${target} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/pch.h ${ARGV1})
    else()
      target_precompile_headers(${target} REUSE_FROM tamarack_pch)
    endif()
  endif()
endfunction()
