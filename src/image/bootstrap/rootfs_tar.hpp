#pragma once

#include <memory>

#include "base/stream.hpp"
#include "base/timestamp.hpp"

namespace corten::image {

/// The tar of a new root filesystem in the form of a layer: the same files give the same bytes on every
/// machine and in every run. Names are relative without "./", owners are numbers, no time is later than
/// `latest`; logs, caches, package lists, device nodes and what a host put there (/etc/resolv.conf,
/// /etc/hostname) are left out and /etc/machine-id is empty, as systemd wants it in images. The order is that
/// of the archive. `tar` must outlive the result.
std::unique_ptr<Source> canonical_rootfs(Source& tar, Timestamp latest);

}  // namespace corten::image
