# Page templates and compiled catalogues, embedded into the binaries: nothing to mount, nothing to forget.
# See platform/pages/bundle.h.

# Embeds FOLDER's templates and FOLDER/locale/{en,fr}.po into TARGET as NAMESPACE::PageBundle(), declared in
# <gen>/FOLDER/page_bundle.h. The build fails on a catalogue that gettext refuses or whose twin lacks a text.
function(tamarack_embed_bundle target folder templates namespace domain)
  set(source_dir ${CMAKE_SOURCE_DIR}/${folder})
  set(gen_dir ${CMAKE_BINARY_DIR}/gen/${folder})
  file(CONFIGURE OUTPUT ${gen_dir}/page_bundle.h CONTENT
"#pragma once
#include \"platform/pages/bundle.h\"
namespace @namespace@ {
const tamarack::pages::Bundle& PageBundle();
}
" @ONLY)
  set(catalogues)
  foreach(language en fr)
    set(mo ${gen_dir}/${language}.mo)
    if(language STREQUAL "en")
      set(twin fr)
    else()
      set(twin en)
    endif()
    add_custom_command(OUTPUT ${mo}
      COMMAND msgcmp ${source_dir}/locale/${language}.po ${source_dir}/locale/${twin}.po
      COMMAND msgfmt --check-format --check-domain -o ${mo} ${source_dir}/locale/${language}.po
      DEPENDS ${source_dir}/locale/en.po ${source_dir}/locale/fr.po COMMENT "catalogue ${folder} ${language}" VERBATIM)
    list(APPEND catalogues ${mo})
  endforeach()
  file(GLOB files CONFIGURE_DEPENDS ${source_dir}/${templates}/*.tpl)
  set(script ${CMAKE_SOURCE_DIR}/cmake/embed_pages_script.cmake)
  add_custom_command(OUTPUT ${gen_dir}/page_bundle.cc
    COMMAND ${CMAKE_COMMAND} -DOUT=${gen_dir}/page_bundle.cc -DHEADER=${folder}/page_bundle.h -DNAMESPACE=${namespace}
            -DDOMAIN=${domain} "-DTEMPLATES=${files}" -DEN=${gen_dir}/en.mo -DFR=${gen_dir}/fr.mo -P ${script}
    DEPENDS ${files} ${catalogues} ${script} COMMENT "pages of ${folder}" VERBATIM)
  target_sources(${target} PRIVATE ${gen_dir}/page_bundle.cc)
endfunction()

function(tamarack_embed_pages service)
  tamarack_embed_bundle(${service} services/${service} pages tamarack::${service} ${service})
endfunction()

function(tamarack_embed_platform_pages)
  tamarack_embed_bundle(platform_pages platform/pages templates tamarack::pages shared)
endfunction()

# build/assets/: what the gateway serves under /assets/ (style sheets, fonts with their licences, icons).
find_program(NODE node)
if(NODE)
  file(GLOB_RECURSE asset_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/deploy/assets/*)
  set(assets_stamp ${CMAKE_SOURCE_DIR}/build/assets/.stamp)
  add_custom_command(OUTPUT ${assets_stamp}
    COMMAND ${NODE} ${CMAKE_SOURCE_DIR}/deploy/assets/build.mjs ${CMAKE_SOURCE_DIR}/build/assets
    DEPENDS ${asset_sources} ${CMAKE_SOURCE_DIR}/package-lock.json COMMENT "assets" VERBATIM)
  add_custom_target(assets ALL DEPENDS ${assets_stamp})
endif()
