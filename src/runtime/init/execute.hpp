#pragma once

#include <string>
#include <vector>

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// The files to try for a program name: itself if it has a slash, else one per directory of PATH in the
/// environment of the process.
std::vector<std::string> program_candidates(const std::string& name, const std::vector<std::string>& env);

/// The last step: process.args becomes this process. Comes back with the error only: "executing 'x': No such
/// file or directory", or what else is wrong with the file.
Result<> execute_program(InitContext& context);

}  // namespace corten::runtime
