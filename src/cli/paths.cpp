#include "cli/paths.hpp"

#include <filesystem>
#include <system_error>

namespace corten::cli {
namespace {

std::optional<std::string> find_directory(const FindEnv& find_env, const char* variable) {
  auto value = find_env(variable);
  if (!value || !value->starts_with('/')) return std::nullopt;
  return value;
}

Result<std::string> default_root(unsigned uid, const FindEnv& find_env) {
  if (uid == 0) return "/var/lib/corten";
  if (const auto data = find_directory(find_env, "XDG_DATA_HOME")) return *data + "/corten";
  if (const auto home = find_directory(find_env, "HOME")) return *home + "/.local/share/corten";
  return with_hint(
      fail(Errc::failed_precondition, "no place for the store: HOME is not set to an absolute path"),
      "set HOME or XDG_DATA_HOME, or give --root DIR");
}

Result<std::string> default_run_root(unsigned uid, const FindEnv& find_env) {
  if (uid == 0) return "/run/corten";
  if (const auto runtime = find_directory(find_env, "XDG_RUNTIME_DIR")) return *runtime + "/corten";
  return with_hint(
      fail(Errc::failed_precondition, "no place for sockets and mounts: XDG_RUNTIME_DIR is not set"),
      "a login session sets it (after su or sudo: 'export XDG_RUNTIME_DIR=/run/user/{}' if that "
      "directory exists), or give --run-root DIR",
      uid);
}

Result<std::string> absolute_path(const std::string& path, std::string_view flag) {
  if (path.empty()) return fail(Errc::invalid_argument, "{} needs the name of a directory", flag);
  std::error_code error;
  const auto absolute = std::filesystem::absolute(path, error);
  if (error) return fail_errno(error.value(), "finding the directory '{}' of {}", path, flag);
  auto normal = absolute.lexically_normal().string();
  if (normal.size() > 1 && normal.ends_with('/')) normal.pop_back();
  return normal;
}

}  // namespace

Result<StorePaths> default_paths(unsigned uid, const FindEnv& find_env) {
  return choose_paths({}, uid, find_env);
}

Result<std::string> choose_root(const PathOverrides& overrides, unsigned uid, const FindEnv& find_env) {
  return overrides.root ? absolute_path(*overrides.root, "--root") : default_root(uid, find_env);
}

Result<std::string> choose_run_root(const PathOverrides& overrides, unsigned uid, const FindEnv& find_env) {
  return overrides.run_root ? absolute_path(*overrides.run_root, "--run-root")
                            : default_run_root(uid, find_env);
}

Result<StorePaths> choose_paths(const PathOverrides& overrides, unsigned uid, const FindEnv& find_env) {
  auto root = TRY(choose_root(overrides, uid, find_env));
  auto run_root = TRY(choose_run_root(overrides, uid, find_env));
  return StorePaths{.root = std::move(root), .run_root = std::move(run_root)};
}

}  // namespace corten::cli
