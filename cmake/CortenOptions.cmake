option(CORTEN_TESTS "Build the unit tests" ON)
option(CORTEN_FUZZ "Build the libFuzzer targets (needs clang)" OFF)
option(CORTEN_WERROR "Treat warnings as errors" OFF)
option(CORTEN_COVERAGE "Instrument for source-based coverage (needs clang)" OFF)
set(CORTEN_SANITIZE "" CACHE STRING "Value for -fsanitize=, empty for none")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()
