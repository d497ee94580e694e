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

# What the gateway publishes, from the gateway alone.
file(GLOB document_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/documents/*.test.mjs)
tamarack_node_test(documents 300 --test --test-concurrency=1 ${document_tests})

file(GLOB contract_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/contract/*.test.mjs)
if(contract_tests)
  tamarack_node_test(contract 600 --test --test-concurrency=1 ${contract_tests})
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
tamarack_node_test(faults.degraded 600 --test ${CMAKE_CURRENT_SOURCE_DIR}/faults/degraded.test.mjs)
tamarack_node_test(faults.keys 600 --test ${CMAKE_CURRENT_SOURCE_DIR}/faults/keys.test.mjs)
tamarack_node_test(faults.terminated 600 --test ${CMAKE_CURRENT_SOURCE_DIR}/faults/terminated.test.mjs)
set_property(TEST faults.terminated APPEND PROPERTY ENVIRONMENT "LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_SOURCE_DIR}/support/lsan.supp:print_suppressions=0")
tamarack_node_test(faults.interrupted 600 --test ${CMAKE_CURRENT_SOURCE_DIR}/faults/interrupted.test.mjs)
