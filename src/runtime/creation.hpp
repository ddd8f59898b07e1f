#pragma once

#include "oci/runtime_spec/process.hpp"
#include "runtime/create.hpp"
#include "runtime/interruption.hpp"
#include "runtime/state_store.hpp"
#include "sys/fd.hpp"
#include "sys/process.hpp"

namespace corten::runtime {

/// A container that only waits for start; its process is a child of this one.
struct CreatedContainer {
  ContainerDirectory directory;
  ContainerRecord record;
  sys::Child process;
  sys::UniqueFd terminal = {};  ///< The controlling end, unless it went to the console socket.
};

/// Who is there while the container runs.
enum class Caller : std::uint8_t {
  leaves,  ///< This process ends: a terminal must go to a console socket.
  stays,   ///< It relays the terminal itself.
};

/// What create() and run() have in common. A failure leaves nothing behind.
/// `interruption`, if there is one, ends it with `canceled`.
Result<CreatedContainer> create_container(const Settings& settings, const CreateOptions& options,
                                          Caller caller, Interruption* interruption = nullptr);

/// Lets it execute its program, then runs the poststart hooks; the caller has seen that it is created. An
/// error is what the program's execve, or what came before it, failed with.
Result<> start_container(const ContainerDirectory& directory, const ContainerRecord& record,
                         Interruption* interruption = nullptr);

}  // namespace corten::runtime
