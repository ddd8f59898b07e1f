# Every library from outside, by the name under which modules use it. The Debian package and the reason for
# each stand in ARCHITECTURE.md; scripts/install-packages installs them.
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
pkg_check_modules(spdlog REQUIRED spdlog)
pkg_check_modules(crypto REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(curl REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(isal REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(seccomp REQUIRED libseccomp)
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(tomlplusplus REQUIRED tomlplusplus)
pkg_check_modules(zlib REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)

# spdlog is compiled into one file of ours (src/base/log.cpp) on top of the shared fmt: its own shared
# library would cost every process start.
add_library(corten_spdlog INTERFACE)
target_compile_definitions(corten_spdlog INTERFACE SPDLOG_FMT_EXTERNAL)

# From their archives: each shared library costs every process start a fifth of a millisecond, libcrypto a whole one
# (of which only two hashes are used). Debian's libzstd.a has no threads, and
# libisal has no archive: these two are loaded when they are first called (src/codec/lazy_libraries.cpp).
foreach(name IN ITEMS crypto sqlite3 zlib)
  pkg_get_variable(${name}_libdir ${${name}_MODULE_NAME} libdir)
  list(GET ${name}_LIBRARIES 0 file)
  find_library(${name}_archive lib${file}.a HINTS ${${name}_libdir} REQUIRED)
  add_library(corten_${name} INTERFACE)
  target_include_directories(corten_${name} SYSTEM INTERFACE ${${name}_INCLUDE_DIRS})
  target_link_libraries(corten_${name} INTERFACE ${${name}_archive})
endforeach()
target_link_libraries(corten_sqlite3 INTERFACE m)

# toml++ is compiled into one file of ours (src/registry/registries_toml.cpp): no shared library for a file
# that is read once, no exceptions, and no deeper nesting than registries.conf has use for.
add_library(corten_tomlplusplus INTERFACE)
target_compile_definitions(corten_tomlplusplus INTERFACE
  TOML_HEADER_ONLY=1 TOML_EXCEPTIONS=0 TOML_ENABLE_FORMATTERS=0 TOML_MAX_NESTED_VALUES=16)

if(CORTEN_TESTS)
  find_package(GTest REQUIRED)
  find_package(rapidcheck REQUIRED)
  pkg_check_modules(ssl REQUIRED IMPORTED_TARGET libssl)  # the test servers of src/http
endif()
