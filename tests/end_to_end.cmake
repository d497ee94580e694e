# Tests in Node. Those of the whole stack each start one of their own; two at a time would only take each other's cores.
find_program(NODE node REQUIRED)

function(tamarack_node_test name timeout)
  add_test(NAME ${name} COMMAND ${NODE} ${ARGN} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  string(REGEX REPLACE "\\..*" "" layer ${name})
  set_tests_properties(${name} PROPERTIES LABELS ${layer} TIMEOUT ${timeout} RUN_SERIAL TRUE
    ENVIRONMENT "TAMARACK_BUILD=${CMAKE_BINARY_DIR}")
endfunction()

file(GLOB unit_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/unit/node/*.test.mjs)
tamarack_node_test(unit.node 300 --test ${unit_tests})

# Rules of deploy/slo, tried with promtool.
tamarack_node_test(slo 600 --test ${CMAKE_CURRENT_SOURCE_DIR}/slo/rules.test.mjs)

# What the gateway publishes, from the gateway alone.
file(GLOB document_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/documents/*.test.mjs)
tamarack_node_test(documents 300 --test --test-concurrency=1 ${document_tests})

set(area_of_sign_in identity)
set(area_of_fishing gateway)
set(area_of_gateway_config gateway)
file(GLOB contract_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/contract/*.test.mjs)
foreach(test ${contract_tests})
  get_filename_component(stem ${test} NAME_WE)
  tamarack_node_test(contract.${stem} 600 --test ${test})
  if(DEFINED area_of_${stem})
    set_property(TEST contract.${stem} APPEND PROPERTY LABELS ${area_of_${stem}})
  elseif(TARGET tests_${stem})
    set_property(TEST contract.${stem} APPEND PROPERTY LABELS ${stem})
  endif()
endforeach()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  tamarack_node_test(hardening 60 --test ${CMAKE_CURRENT_SOURCE_DIR}/hardening.test.mjs)
endif()
tamarack_node_test(upgrade 600 --test ${CMAKE_CURRENT_SOURCE_DIR}/upgrade/upgrade.test.mjs)
file(GLOB browser_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/browser/*.test.mjs)
if(browser_tests)
  tamarack_node_test(browser 600 --test --test-concurrency=1 ${browser_tests})
endif()
# A sample of every page, which unit.pages writes, in a real browser.
tamarack_node_test(browser.pages 600 tests/browser/samples.mjs ${CMAKE_BINARY_DIR})
set_tests_properties(unit.pages PROPERTIES FIXTURES_SETUP page_samples)
set_tests_properties(browser.pages PROPERTIES FIXTURES_REQUIRED page_samples)
tamarack_node_test(faults 600 ${CMAKE_CURRENT_SOURCE_DIR}/faults/faults.mjs)
tamarack_node_test(faults.degraded 900 --test ${CMAKE_CURRENT_SOURCE_DIR}/faults/degraded.test.mjs)
tamarack_node_test(faults.keys 600 --test ${CMAKE_CURRENT_SOURCE_DIR}/faults/keys.test.mjs)
tamarack_node_test(faults.primary 600 --test ${CMAKE_CURRENT_SOURCE_DIR}/faults/primary.test.mjs)
tamarack_node_test(faults.replicas 1800 --test ${CMAKE_CURRENT_SOURCE_DIR}/faults/replicas.test.mjs)
tamarack_node_test(faults.terminated 600 --test ${CMAKE_CURRENT_SOURCE_DIR}/faults/terminated.test.mjs)
set_property(TEST faults.terminated APPEND PROPERTY ENVIRONMENT "LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_SOURCE_DIR}/support/lsan.supp:print_suppressions=0")
# With every number of every objective.
tamarack_node_test(faults.slo 1200 --test ${CMAKE_CURRENT_SOURCE_DIR}/slo/mutants.test.mjs)
tamarack_node_test(faults.restore 600 --test ${CMAKE_CURRENT_SOURCE_DIR}/faults/restore.test.mjs)
tamarack_node_test(faults.interrupted 600 --test ${CMAKE_CURRENT_SOURCE_DIR}/faults/interrupted.test.mjs)
# These are for `make faults` alone.
set_tests_properties(faults.restore faults.slo PROPERTIES LABELS "faults;long")
