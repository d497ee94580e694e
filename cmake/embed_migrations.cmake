# tamarack_embed_migrations(<service>): compiles services/<service>/migrations/NNNN_what.sql into the library
# <service>. Include the generated "services/<service>/migrations.h"; it declares
#   namespace tamarack::<service> { std::span<const pg::Migration> Migrations(); }
# A table that a platform library owns comes in as a symbolic link in the folder to that library's .sql file.
#
# The same file, run by `cmake -P` at build time, writes the .cc.
if(CMAKE_SCRIPT_MODE_FILE)
  set(rows "")
  foreach(file ${FILES})
    get_filename_component(name ${file} NAME_WE)
    string(REGEX MATCH "^[0-9]+" version ${name})
    string(REGEX REPLACE "^0+" "" version ${version})
    file(READ ${file} sql)
    file(SHA256 ${file} sha256)
    string(APPEND rows "    {${version}, \"${name}\", R\"tamarack_sql(${sql})tamarack_sql\",\n     \"${sha256}\"},\n")
  endforeach()
  file(WRITE ${OUT} "// Generated from the .sql files in services/${SERVICE}/migrations.
#include \"services/${SERVICE}/migrations.h\"

namespace tamarack::${SERVICE} {
std::span<const pg::Migration> Migrations() {
  static constexpr pg::Migration kMigrations[] = {
${rows}  };
  return kMigrations;
}
}  // namespace tamarack::${SERVICE}
")
  return()
endif()

set(TAMARACK_EMBED_MIGRATIONS ${CMAKE_CURRENT_LIST_FILE})

function(tamarack_embed_migrations service)
  set(folder ${CMAKE_SOURCE_DIR}/services/${service}/migrations)
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*.sql)
  if(NOT files)
    return()
  endif()
  list(SORT files)
  set(versions "")
  foreach(file ${files})
    get_filename_component(name ${file} NAME)
    if(NOT name MATCHES "^([0-9][0-9][0-9][0-9])_[a-z0-9_]+\\.sql$")
      message(FATAL_ERROR "${file}: a migration is called NNNN_what.sql")
    endif()
    if(CMAKE_MATCH_1 IN_LIST versions OR CMAKE_MATCH_1 STREQUAL "0000")
      message(FATAL_ERROR "${file}: version ${CMAKE_MATCH_1} is taken")
    endif()
    list(APPEND versions ${CMAKE_MATCH_1})
  endforeach()
  set(out ${CMAKE_BINARY_DIR}/gen/services/${service}/migrations)
  file(CONFIGURE OUTPUT ${out}.h CONTENT "#pragma once

#include \"platform/postgres/migrate.h\"

namespace tamarack::@service@ {
// The files of services/@service@/migrations, oldest first.
std::span<const pg::Migration> Migrations();
}  // namespace tamarack::@service@
" @ONLY)
  add_custom_command(OUTPUT ${out}.cc
    COMMAND ${CMAKE_COMMAND} "-DFILES=${files}" -DOUT=${out}.cc -DSERVICE=${service} -P ${TAMARACK_EMBED_MIGRATIONS}
    DEPENDS ${files} ${TAMARACK_EMBED_MIGRATIONS} COMMENT "migrations of ${service}" VERBATIM)
  target_sources(${service} PRIVATE ${out}.cc)
endfunction()
