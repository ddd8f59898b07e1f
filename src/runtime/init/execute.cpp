#include "runtime/init/execute.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/strings.hpp"

namespace corten::runtime {
namespace {

constexpr std::string_view kDefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// execve takes char*; it does not write through it.
std::vector<char*> to_pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// Docker's client finds its exit status 127 by "executable file not found", and 126 by these two texts as Go
// writes them.
std::unexpected<Error> not_found(const std::string& name) {
  const auto* where = name.find('/') == std::string::npos ? " in $PATH" : "";
  return fail_errno(ENOENT, "executing '{}': executable file not found{}", printable(name), where);
}

std::unexpected<Error> describe_failure(int err, const std::string& name, const std::string& file) {
  struct stat status{};
  const bool there = ::stat(file.c_str(), &status) == 0;
  if (there && S_ISDIR(status.st_mode)) {
    return fail(Errc::invalid_argument, "executing '{}': is a directory", printable(name));
  }
  if (there && err == ENOENT) {
    return fail_errno(err, "executing '{}': its interpreter is missing", printable(name));
  }
  if (err == ENOENT) return not_found(name);
  if (err == EACCES) {
    return fail(Errc::permission_denied, "executing '{}': permission denied", printable(name));
  }
  if (err == ENOEXEC) {
    return with_hint(fail_errno(err, "executing '{}'", printable(name)),
                     "a script must begin with #!, a program must be for this architecture");
  }
  return fail_errno(err, "executing '{}'", printable(name));
}

}  // namespace

std::vector<std::string> program_candidates(const std::string& name, const std::vector<std::string>& env) {
  if (name.find('/') != std::string::npos) return {name};
  std::string_view path = kDefaultPath;
  for (const auto& entry : env) {
    if (entry.starts_with("PATH=")) path = std::string_view(entry).substr(5);
  }
  std::vector<std::string> candidates;
  for (const auto directory : split(path, ':')) {
    // POSIX: an empty entry is the current directory.
    candidates.push_back((directory.empty() ? "." : std::string(directory)) + "/" + name);
  }
  return candidates;
}

Result<> find_program(InitContext& context) {
  const auto& process = context.process();
  if (process.args.empty()) return {};
  for (const auto& candidate : program_candidates(process.args.front(), process.env)) {
    struct stat status{};
    if (::stat(candidate.c_str(), &status) == 0 || (errno != ENOENT && errno != ENOTDIR)) return {};
  }
  return not_found(process.args.front());
}

Result<> execute_program(InitContext& context) {
  const auto& process = context.process();
  if (process.args.empty())
    return fail(Errc::invalid_argument, "process.args: there is no program to execute");
  const auto& name = process.args.front();
  const auto argv = to_pointers(process.args);
  const auto env = to_pointers(process.env);
  // As execvp: go on past what is missing, but prefer to report what was there and refused.
  int err = ENOENT;
  std::string refused;
  for (const auto& candidate : program_candidates(name, process.env)) {
    ::execve(candidate.c_str(), argv.data(), env.data());
    const int failure = errno;
    if (failure == ENOTDIR) continue;
    if (failure == ENOENT) {
      struct stat status{};
      // There, but its interpreter is not.
      if (refused.empty() && ::stat(candidate.c_str(), &status) == 0) refused = candidate;
      continue;
    }
    err = failure;
    refused = candidate;
    if (failure != EACCES) break;
  }
  if (name.find('/') != std::string::npos) refused = name;
  return describe_failure(err, name, refused);
}

}  // namespace corten::runtime
