// libisal and libzstd, loaded by the first call of each function: most commands neither inflate nor compress,
// and loading the two would be a fifth of the price of a process start. These definitions stand where the
// linker would put the libraries' own.
#include <dlfcn.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "base/check.hpp"

namespace {

constexpr const char* kIsal = "libisal.so.2";
constexpr const char* kZstd = "libzstd.so.1";

// Missing, a library would have kept the program from starting; now it ends at the first use.
template <typename Function>
Function find(const char* library, const char* name) {
  void* handle = ::dlopen(library, RTLD_NOW | RTLD_LOCAL);
  CORTEN_CHECK(handle != nullptr,
               "libisal.so.2 and libzstd.so.1 are installed (apt install libisal2 libzstd1)");
  auto* found = reinterpret_cast<Function>(::dlsym(handle, name));
  CORTEN_CHECK(found != nullptr, "libisal and libzstd have the functions of their headers");
  return found;
}

}  // namespace

// NOLINTBEGIN(cppcoreguidelines-macro-usage, bugprone-macro-parentheses)
#define CORTEN_LAZY(library, result, name, parameters, arguments)        \
  extern "C" result name parameters {                                    \
    static const auto real = find<result(*) parameters>(library, #name); \
    return real arguments;                                               \
  }

CORTEN_LAZY(kIsal, uint32_t, crc32_gzip_refl, (uint32_t crc, const unsigned char* bytes, uint64_t size),
            (crc, bytes, size))
CORTEN_LAZY(kIsal, int, isal_deflate, (isal_zstream * stream), (stream))
CORTEN_LAZY(kIsal, void, isal_deflate_init, (isal_zstream * stream), (stream))
CORTEN_LAZY(kIsal, int, isal_deflate_set_dict, (isal_zstream * stream, uint8_t* bytes, uint32_t size),
            (stream, bytes, size))
CORTEN_LAZY(kIsal, int, isal_inflate, (inflate_state * state), (state))
CORTEN_LAZY(kIsal, void, isal_inflate_init, (inflate_state * state), (state))
CORTEN_LAZY(kIsal, void, isal_inflate_reset, (inflate_state * state), (state))

CORTEN_LAZY(kZstd, ZSTD_CCtx*, ZSTD_createCCtx, (), ())
CORTEN_LAZY(kZstd, size_t, ZSTD_freeCCtx, (ZSTD_CCtx * context), (context))
CORTEN_LAZY(kZstd, size_t, ZSTD_CCtx_setParameter,
            (ZSTD_CCtx * context, ZSTD_cParameter parameter, int value), (context, parameter, value))
CORTEN_LAZY(kZstd, size_t, ZSTD_compressStream2,
            (ZSTD_CCtx * context, ZSTD_outBuffer* out, ZSTD_inBuffer* in, ZSTD_EndDirective end),
            (context, out, in, end))
CORTEN_LAZY(kZstd, size_t, ZSTD_CStreamOutSize, (), ())
CORTEN_LAZY(kZstd, int, ZSTD_maxCLevel, (), ())
CORTEN_LAZY(kZstd, ZSTD_DCtx*, ZSTD_createDCtx, (), ())
CORTEN_LAZY(kZstd, size_t, ZSTD_freeDCtx, (ZSTD_DCtx * context), (context))
CORTEN_LAZY(kZstd, size_t, ZSTD_DCtx_setParameter,
            (ZSTD_DCtx * context, ZSTD_dParameter parameter, int value), (context, parameter, value))
CORTEN_LAZY(kZstd, size_t, ZSTD_decompressStream,
            (ZSTD_DStream * stream, ZSTD_outBuffer* out, ZSTD_inBuffer* in), (stream, out, in))
CORTEN_LAZY(kZstd, unsigned, ZSTD_isError, (size_t code), (code))
CORTEN_LAZY(kZstd, const char*, ZSTD_getErrorName, (size_t code), (code))
CORTEN_LAZY(kZstd, ZSTD_ErrorCode, ZSTD_getErrorCode, (size_t code), (code))
// NOLINTEND(cppcoreguidelines-macro-usage, bugprone-macro-parentheses)
