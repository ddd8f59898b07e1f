#pragma once

#include <string>

#include "runtime/init/context.hpp"

namespace corten::runtime {

enum class TargetKind : std::uint8_t { directory, file };

/// What a mount will cover, O_PATH: `destination` inside the root, made (directories 0755, files empty) when
/// missing. Links of the image are followed inside the root only (CVE-2021-30465); below /proc only the files
/// that may be replaced there (CVE-2019-16884).
Result<sys::UniqueFd> open_mount_target(const InitContext& context, const std::string& destination,
                                        TargetKind kind);

/// Nothing but a procfs may cover the root's /proc (CVE-2019-19921): `source` is that of a bind mount, absent
/// for a file system of another type.
Result<> check_covers_proc(const InitContext& context, std::optional<sys::BorrowedFd> source,
                           const std::string& destination);

/// As above for /proc and /sys themselves, which must be plain directories: a link would put them somewhere
/// else (CVE-2019-19921).
Result<sys::UniqueFd> open_plain_target(const InitContext& context, const std::string& destination);

/// What is at the destination now, O_PATH: the mount just made.
Result<sys::UniqueFd> open_mounted(const InitContext& context, const std::string& destination);

}  // namespace corten::runtime
