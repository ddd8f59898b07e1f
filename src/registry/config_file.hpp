#pragma once

// Internal to src/registry: config.json on disk, which the docker command line reads and writes too.

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace corten::registry {

/// The text of `directory`/config.json; empty when there is none.
Result<std::string> read_config_file(const std::string& directory);

/// Gives `change` the text and replaces the file by what it returns, atomically and under a lock that other
/// processes of ours respect. Nothing is written when the text stays the same. Missing directories are made
/// (0700). The file is open to its owner only, and stays as closed as it was; a symlink stays one and its
/// target is replaced; the owner stays the same when root writes another user's file.
Result<> change_config_file(const std::string& directory,
                            const std::function<Result<std::string>(const std::string& text)>& change);

}  // namespace corten::registry
