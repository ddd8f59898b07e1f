#pragma once

#include <string>

#include "base/result.hpp"

namespace corten::snapshot::test {

/// How not to do it: joins names to a path and lets the kernel follow what it finds. The security tests show
/// with it that their archives do attack.
Result<> naive_unpack(const std::string& tar, const std::string& directory);

}  // namespace corten::snapshot::test
