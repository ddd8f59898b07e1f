#include "runtime/validate.hpp"

#include <string>

#include "base/strings.hpp"

namespace corten::runtime {
namespace {

Result<> check_text(const std::string& text, const std::string& field) {
  if (text.find('\0') == std::string::npos) return {};
  return fail(Errc::invalid_argument, "config.json: {}: holds a NUL character", field);
}

Result<> check_hooks(const std::vector<oci::Hook>& hooks, std::string_view point) {
  for (std::size_t i = 0; i < hooks.size(); ++i) {
    const auto& hook = hooks[i];
    const auto field = fmt::format("hooks.{}[{}]", point, i);
    TRY(check_text(hook.path, field + ".path"));
    if (!hook.path.starts_with('/')) {
      return fail(Errc::invalid_argument, "config.json: {}.path: must be an absolute path, not '{}'", field,
                  printable(hook.path));
    }
    if (hook.timeout_seconds && *hook.timeout_seconds <= 0) {
      return fail(Errc::invalid_argument, "config.json: {}.timeout: must be greater than zero, not {}", field,
                  *hook.timeout_seconds);
    }
    for (const auto& text : hook.args) TRY(check_text(text, field + ".args"));
    for (const auto& text : hook.env) TRY(check_text(text, field + ".env"));
  }
  return {};
}

Result<> check_all_hooks(const oci::Hooks& hooks) {
  TRY(check_hooks(hooks.prestart, "prestart"));
  TRY(check_hooks(hooks.create_runtime, "createRuntime"));
  TRY(check_hooks(hooks.create_container, "createContainer"));
  TRY(check_hooks(hooks.start_container, "startContainer"));
  TRY(check_hooks(hooks.poststart, "poststart"));
  return check_hooks(hooks.poststop, "poststop");
}

Result<> check_mount_ids(const std::vector<oci::IdMapping>& mappings, const std::string& field) {
  for (const auto& mapping : mappings) {
    if (mapping.size != 0) continue;
    return fail(Errc::invalid_argument, "config.json: {}: a range of size 0", field);
  }
  return {};
}

Result<> check_mounts(const std::vector<oci::Mount>& mounts) {
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    const auto& mount = mounts[i];
    const auto field = fmt::format("mounts[{}]", i);
    if (mount.destination.empty()) {
      return fail(Errc::invalid_argument, "config.json: {}.destination: is empty", field);
    }
    TRY(check_text(mount.destination, field + ".destination"));
    TRY(check_text(mount.source, field + ".source"));
    for (const auto& option : mount.options) TRY(check_text(option, field + ".options"));
    if (mount.uid_mappings.empty() != mount.gid_mappings.empty()) {
      return fail(Errc::invalid_argument,
                  "config.json: {}: uidMappings and gidMappings must be given together", field);
    }
    TRY(check_mount_ids(mount.uid_mappings, field + ".uidMappings"));
    TRY(check_mount_ids(mount.gid_mappings, field + ".gidMappings"));
  }
  return {};
}

Result<> check_namespace_of(const oci::Spec& spec, const std::string& value, oci::NamespaceType type,
                            std::string_view field, std::string_view namespace_name) {
  if (value.empty()) return {};
  TRY(check_text(value, std::string(field)));
  constexpr std::size_t kMaxNameBytes = 64;  // __NEW_UTS_LEN of the kernel
  if (value.size() > kMaxNameBytes) {
    return fail(Errc::invalid_argument, "config.json: {}: {} bytes long, at most {} are possible", field,
                value.size(), kMaxNameBytes);
  }
  if (spec.linux_part && spec.linux_part->find_namespace(type) != nullptr) return {};
  return fail(Errc::invalid_argument, "config.json: {}: needs a {} namespace in linux.namespaces", field,
              namespace_name);
}

}  // namespace

Result<> validate(const oci::Spec& spec) {
  if (!spec.root || spec.root->path.empty()) {
    return fail(Errc::invalid_argument, "config.json: root.path: is missing, it names the root filesystem");
  }
  if (!spec.process) return fail(Errc::invalid_argument, "config.json: process: is missing");
  TRY(validate_process(*spec.process, "config.json: process"));
  TRY(check_mounts(spec.mounts));
  if (spec.hooks) TRY(check_all_hooks(*spec.hooks));
  TRY(check_namespace_of(spec, spec.hostname, oci::NamespaceType::uts, "hostname", "uts"));
  TRY(check_namespace_of(spec, spec.domainname, oci::NamespaceType::uts, "domainname", "uts"));
  if (spec.annotations.contains("")) {
    return fail(Errc::invalid_argument, "config.json: annotations: a key is empty");
  }
  return spec.linux_part ? validate_linux(spec) : Result<>();
}

}  // namespace corten::runtime
