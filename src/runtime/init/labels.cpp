#include "runtime/init/labels.hpp"

#include <cerrno>

#include "base/strings.hpp"

namespace corten::runtime {
namespace {

bool is_absent(const Error& error) {
  return error.kind() == Errc::not_found || error.errnum() == EINVAL || error.errnum() == EOPNOTSUPP;
}

// The module's own file first (kernel 5.8 for AppArmor); attr/exec is whichever module came first.
Result<> set_apparmor(const InitContext& context, const std::string& profile) {
  const auto text = "exec " + profile;
  auto written = context.procfs.write_self("attr/apparmor/exec", text);
  if (!written && written.error().kind() == Errc::not_found)
    written = context.procfs.write_self("attr/exec", text);
  if (written) return {};
  if (!is_absent(written.error())) return written;
  return with_hint(
      with_frame(std::move(written).error(), "process.apparmorProfile: '{}'", printable(profile)),
      "AppArmor is not running on this host, or does not have that profile");
}

Result<> set_selinux(const InitContext& context, const std::string& label) {
  auto written = context.procfs.write_self("attr/exec", label);
  if (written) return {};
  return with_hint(with_frame(std::move(written).error(), "process.selinuxLabel: '{}'", printable(label)),
                   "SELinux is not running on this host, or does not have that label");
}

}  // namespace

Result<> set_labels(InitContext& context) {
  const auto& process = context.process();
  if (!process.apparmor_profile.empty()) TRY(set_apparmor(context, process.apparmor_profile));
  if (!process.selinux_label.empty()) TRY(set_selinux(context, process.selinux_label));
  return {};
}

}  // namespace corten::runtime
