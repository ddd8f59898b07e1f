#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include "base/timestamp.hpp"

namespace corten::image {

/// The field Date of an InRelease or Release file (DebianRepository/Format): "Sat, 11 Nov 2023 10:03:32 UTC".
/// data_loss when there is none or it is no time.
Result<Timestamp> parse_release_date(std::string_view release);

/// Fetches dists/SUITE/InRelease from the archive at `uri` by apt's own downloader, which knows the machine's
/// proxies and certificates, and gives its Date. Nobody checks the signature here: a time is all that is
/// taken. mmdebstrap fetches the file again and checks it.
Result<Timestamp> fetch_release_date(std::string_view uri, std::string_view suite,
                                     const std::stop_token& stop = {});

}  // namespace corten::image
