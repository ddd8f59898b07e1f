#pragma once

#include <span>
#include <string_view>

#include "runtime/init/context.hpp"

namespace corten::runtime {

/// One thing that the process of a container does on its way to the program, each in a file of its own.
struct Step {
  std::string_view purpose;  ///< What precedes its errors; empty when they say it themselves.
  Result<> (*run)(InitContext& context);
};

/// The steps of a container's first process and of a further one (exec), in the order that counts: steps.cpp
/// says why each stands where it does.
std::span<const Step> container_steps();
std::span<const Step> exec_steps();

}  // namespace corten::runtime
