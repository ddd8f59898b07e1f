#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.hpp"

/// How an ordinary user gets to own files of many ids, as images have them: the same command once more, as
/// root of a user namespace in which the user's own id is 0 and the ranges of /etc/subuid and /etc/subgid
/// follow (user_namespaces(7), subuid(5)).
namespace corten::process {

/// Runs this process's command line again in a new user namespace, passes signals on to it and waits; its
/// exit code. Without a range of ids, only the user's own id is mapped, and `warn` is told what that means.
/// To be called while there is one thread. failed_precondition with the setting to change when the kernel
/// refuses user namespaces.
Result<int> rerun_in_user_namespace(const std::function<void(const std::string&)>& warn);

/// In such a rerun: the id of the user who typed the command. Nothing elsewhere.
std::optional<unsigned> find_outer_uid();

/// In such a rerun: end when the process that started it ends, however it does.
void end_with_parent();

}  // namespace corten::process
