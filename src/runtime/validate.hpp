#pragma once

#include <string_view>

#include "base/result.hpp"
#include "oci/runtime_spec/spec.hpp"

/// What parsing a spec leaves open: runtime-spec config.md and config-linux.md, where they say MUST, and what
/// the kernel would refuse later with less to say. Every error names the field: "config.json: process.cwd:
/// ...".
namespace corten::runtime {

/// A whole spec for `create`. unsupported for what no version of this runtime does (intelRdt, netDevices),
/// else invalid_argument.
Result<> validate(const oci::Spec& spec);

/// One process, `where` in the document: "config.json: process"; also the document of `exec --process`.
Result<> validate_process(const oci::Process& process, std::string_view where);

/// The member "linux" of `spec`, which must be there.
Result<> validate_linux(const oci::Spec& spec);

}  // namespace corten::runtime
