# Every folder of proto/ that holds .proto files becomes one library `proto_<area>` (proto/tamarack/payments/v1 → proto_payments)
# and one descriptor set build/<preset>/descriptors/<area>.binpb, with imports and comments, for the gateway.
set(TAMARACK_GEN ${CMAKE_BINARY_DIR}/gen)
# Every proto of ours imports it, so descriptor sets hold it.
set(TAMARACK_POLICY ${CMAKE_SOURCE_DIR}/proto/tamarack/api/v1/policy.proto)
set(GOOGLEAPIS_DIR ${CMAKE_SOURCE_DIR}/node_modules/google-proto-files CACHE PATH "Folder that holds google/api/*.proto")
if(NOT EXISTS ${GOOGLEAPIS_DIR}/google/api/http.proto)
  message(FATAL_ERROR "No google/api/http.proto under ${GOOGLEAPIS_DIR}: run `npm ci` (or `make setup`) first")
endif()
file(MAKE_DIRECTORY ${TAMARACK_GEN} ${CMAKE_BINARY_DIR}/descriptors)
find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)

# Generates C++ for `protos` (paths below `root`) into the library `target`.
function(tamarack_proto_library target root)
  cmake_parse_arguments(ARG "GRPC" "" "PROTOS;DEPS" ${ARGN})
  set(sources)
  foreach(proto ${ARG_PROTOS})
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    set(out ${TAMARACK_GEN}/${stem}.pb.cc)
    set(headers ${TAMARACK_GEN}/${stem}.pb.h)
    set(grpc_flags)
    file(STRINGS ${root}/${proto} service_lines REGEX "^service ")
    if(service_lines)
      list(APPEND out ${TAMARACK_GEN}/${stem}.grpc.pb.cc)
      list(APPEND headers ${TAMARACK_GEN}/${stem}.grpc.pb.h)
      set(grpc_flags --grpc_out=${TAMARACK_GEN} --plugin=protoc-gen-grpc=${GRPC_CPP_PLUGIN})
    endif()
    # The headers too: what includes them is rebuilt in the same run.
    add_custom_command(OUTPUT ${out} ${headers}
      COMMAND protoc -I ${root} -I ${CMAKE_SOURCE_DIR}/proto -I ${GOOGLEAPIS_DIR} --cpp_out=${TAMARACK_GEN} ${grpc_flags} ${proto}
      DEPENDS ${root}/${proto} COMMENT "protoc ${proto}" VERBATIM)
    list(APPEND sources ${out})
  endforeach()
  add_library(${target} STATIC ${sources})
  target_include_directories(${target} SYSTEM PUBLIC ${TAMARACK_GEN})
  target_link_libraries(${target} PUBLIC gRPC::grpc++ ${ARG_DEPS})
  target_compile_options(${target} PRIVATE -w -g0)
endfunction()

# The descriptor set of `protos`, with everything they import and their comments.
function(tamarack_descriptor_set name root)
  set(out ${CMAKE_BINARY_DIR}/descriptors/${name}.binpb)
  set(absolute)
  foreach(proto ${ARGN})
    list(APPEND absolute ${root}/${proto})
  endforeach()
  add_custom_command(OUTPUT ${out}
    COMMAND protoc -I ${root} -I ${CMAKE_SOURCE_DIR}/proto -I ${GOOGLEAPIS_DIR} --include_imports --include_source_info
            --descriptor_set_out=${out} ${ARGN}
    DEPENDS ${absolute} ${TAMARACK_POLICY} COMMENT "descriptor set ${name}" VERBATIM)
  add_custom_target(descriptors_${name} ALL DEPENDS ${out})
endfunction()

tamarack_proto_library(proto_google ${GOOGLEAPIS_DIR} PROTOS google/api/annotations.proto google/api/http.proto
  google/api/httpbody.proto google/rpc/status.proto google/rpc/error_details.proto)
file(GLOB areas RELATIVE ${CMAKE_SOURCE_DIR}/proto/tamarack CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/proto/tamarack/*)
foreach(area ${areas})
  file(GLOB protos RELATIVE ${CMAKE_SOURCE_DIR}/proto CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/proto/tamarack/${area}/v1/*.proto)
  if(NOT protos)
    continue()
  endif()
  if(area STREQUAL "api")
    tamarack_proto_library(proto_api ${CMAKE_SOURCE_DIR}/proto PROTOS ${protos} DEPS proto_google)
  else()
    tamarack_proto_library(proto_${area} ${CMAKE_SOURCE_DIR}/proto PROTOS ${protos} DEPS proto_api)
  endif()
  tamarack_descriptor_set(${area} ${CMAKE_SOURCE_DIR}/proto ${protos})
endforeach()
