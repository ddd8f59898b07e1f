# corten_module(NAME
#   LAYER n                 the number in ARCHITECTURE.md; dependencies must have a smaller one
#   DEPS base sys ...       modules of ours that its headers or sources include
#   LIBS corten_fmt ...     libraries from outside that its headers expose
#   PRIVATE_LIBS ...        libraries from outside that only its .cpp files use
#   SOURCES a.cpp ...       library sources, listed one by one
#   TESTS a_test.cpp ...    unit tests beside the source, one binary per module
#   FUZZERS x_fuzz.cpp ...  one libFuzzer target each, corpus in testdata/fuzz/x
#   TEST_LIBS ...)          further libraries for the unit tests
#
# The target of module NAME is corten_NAME; its tests are in corten_NAME_test, every case a ctest of its own
# with label `unit` and a timeout.
include(GoogleTest)

set(CORTEN_TEST_TIMEOUT_SECONDS 60)

function(corten_module NAME)
  cmake_parse_arguments(M "" "LAYER" "DEPS;LIBS;PRIVATE_LIBS;SOURCES;TESTS;FUZZERS;TEST_LIBS" ${ARGN})
  if(M_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "corten_module(${NAME}): unknown arguments ${M_UNPARSED_ARGUMENTS}")
  endif()
  list(TRANSFORM M_DEPS PREPEND corten_)

  add_library(corten_${NAME} STATIC ${M_SOURCES})
  target_link_libraries(corten_${NAME}
    PUBLIC corten_flags ${M_DEPS} ${M_LIBS}
    PRIVATE ${M_PRIVATE_LIBS})

  if(CORTEN_TESTS AND M_TESTS)
    corten_unit_tests(${NAME} "${M_TESTS}" "${M_TEST_LIBS}")
  endif()
  if(CORTEN_FUZZ)
    foreach(source IN LISTS M_FUZZERS)
      corten_fuzzer(${NAME} ${source})
    endforeach()
  endif()
endfunction()

function(corten_unit_tests NAME SOURCES LIBS)
  add_executable(corten_${NAME}_test ${SOURCES})
  target_link_libraries(corten_${NAME}_test PRIVATE corten_${NAME} GTest::gmock GTest::gtest_main ${LIBS})
  target_compile_definitions(corten_${NAME}_test PRIVATE
    CORTEN_TESTDATA_DIR="${CMAKE_CURRENT_SOURCE_DIR}/testdata")
  gtest_discover_tests(corten_${NAME}_test
    TEST_PREFIX ${NAME}.
    DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS unit TIMEOUT ${CORTEN_TEST_TIMEOUT_SECONDS})
endfunction()

# A target `x_fuzz` and a ctest that runs each seed of its corpus once: no new inputs, so it is short and
# repeatable, and needs no coverage instrumentation.
function(corten_fuzzer NAME SOURCE)
  get_filename_component(target ${SOURCE} NAME_WE)
  string(REGEX REPLACE "_fuzz$" "" topic ${target})
  add_executable(${target} ${SOURCE})
  target_link_libraries(${target} PRIVATE corten_${NAME})
  target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  if(CORTEN_FUZZ_COVERAGE)
    target_compile_options(corten_${NAME} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  file(GLOB seeds CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/testdata/fuzz/${topic}/*)
  if(NOT seeds)
    message(FATAL_ERROR "${NAME}/${SOURCE} has no seeds in testdata/fuzz/${topic}")
  endif()
  add_test(NAME fuzz.${topic} COMMAND ${target} -timeout=10 -rss_limit_mb=1024 ${seeds})
  set_tests_properties(fuzz.${topic} PROPERTIES LABELS fuzz TIMEOUT 120)
endfunction()
