#include "runtime/init_program.hpp"

// Of init_program.S.
extern "C" {
extern const std::uint8_t corten_init_program_begin[];
extern const std::uint8_t corten_init_program_end[];
extern const char corten_init_digest_begin[];
extern const char corten_init_digest_end[];
}

namespace corten::runtime {

Bytes init_program() { return {corten_init_program_begin, corten_init_program_end}; }

std::string_view init_program_digest() { return {corten_init_digest_begin, corten_init_digest_end}; }

}  // namespace corten::runtime
