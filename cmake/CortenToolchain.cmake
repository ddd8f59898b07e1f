# Language level, warnings, hardening and instrumentation for every target of the project.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 17)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported()

find_package(Threads REQUIRED)

add_library(corten_flags INTERFACE)
target_include_directories(corten_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_definitions(corten_flags INTERFACE _GNU_SOURCE _FILE_OFFSET_BITS=64)
target_compile_options(corten_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
  $<$<BOOL:${CORTEN_WERROR}>:-Werror>
  -fstack-protector-strong
  # Paths of the building machine stay out of the binary: the same sources give the same bytes anywhere.
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
target_link_options(corten_flags INTERFACE -Wl,--as-needed -Wl,-z,relro -Wl,-z,now
  # Sanitized test programs are large: GNU ld takes several times as long.
  $<$<CXX_COMPILER_ID:Clang>:-fuse-ld=lld>)

# Optimised builds: RelWithDebInfo keeps symbols for perf, and NDEBUG stays off so that libraries keep their
# assertions; CORTEN_CHECK does not depend on it.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g1")
if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  target_compile_definitions(corten_flags INTERFACE _FORTIFY_SOURCE=2)
endif()

if(CORTEN_SANITIZE)
  target_compile_options(corten_flags INTERFACE -fsanitize=${CORTEN_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  target_link_options(corten_flags INTERFACE -fsanitize=${CORTEN_SANITIZE})
endif()
if(CORTEN_COVERAGE)
  target_compile_options(corten_flags INTERFACE -fprofile-instr-generate -fcoverage-mapping)
  target_link_options(corten_flags INTERFACE -fprofile-instr-generate -fcoverage-mapping)
endif()
