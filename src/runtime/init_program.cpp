#include "runtime/init_program.hpp"

// Of init_program.S.
extern "C" {
extern const std::uint8_t corten_init_program_begin[];
extern const std::uint8_t corten_init_program_end[];
}

namespace corten::runtime {

Bytes init_program() { return {corten_init_program_begin, corten_init_program_end}; }

}  // namespace corten::runtime
