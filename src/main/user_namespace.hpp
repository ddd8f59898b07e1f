#pragma once

#include <functional>
#include <string>

#include "base/result.hpp"
#include "sys/process.hpp"

/// How an ordinary user gets to own files of many ids, as images have them: the same command once more, as
/// root of a user namespace in which the user's own id is 0 and the ranges of /etc/subuid and /etc/subgid
/// follow (user_namespaces(7), subuid(5)).
namespace corten::process {

/// Runs this process's command line again in a new user and mount namespace, passes signals on to it and
/// waits for its end, with which it ends too if this process does. Without a range of ids only the user's own
/// id is mapped, and `warn` is told why and what helps. To be called while there is one thread.
/// failed_precondition with the setting to change when the kernel refuses user namespaces. Inside,
/// sys::outer_uid() is the user.
Result<sys::ExitStatus> rerun_in_user_namespace(const std::function<void(const std::string&)>& warn);

}  // namespace corten::process
