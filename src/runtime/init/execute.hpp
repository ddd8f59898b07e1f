#pragma once

#include <string>
#include <vector>

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// The files to try for a program name: itself if it has a slash, else one per directory of PATH in the
/// environment of the process.
std::vector<std::string> program_candidates(const std::string& name, const std::vector<std::string>& env);

/// So that a program which is not there fails `create` already, as with runc and crun: by that Podman tells
/// it from other failures. What a filter or the file system refuses to show is left to execute_program().
Result<> find_program(InitContext& context);

/// The last step: process.args becomes this process. Comes back with the error only: "executing 'x':
/// executable file not found", or what else is wrong with the file.
Result<> execute_program(InitContext& context);

}  // namespace corten::runtime
