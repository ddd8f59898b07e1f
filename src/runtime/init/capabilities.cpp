#include "runtime/init/capabilities.hpp"

#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>

#include "base/strings.hpp"
#include "sys/capabilities.hpp"

namespace corten::runtime {
namespace {

const oci::Capabilities& wanted_capabilities(const InitContext& context) {
  static const oci::Capabilities none;
  const auto& wanted = context.process().capabilities;
  return wanted ? *wanted : none;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

// Once, though it stands in several sets.
Result<> warn(InitContext& context, const std::string& name, const std::string& text) {
  if (contains(context.missing_capabilities, name)) return {};
  context.missing_capabilities.push_back(name);
  return context.channel.send(MessageType::warning, text);
}

// Those of the names that `available` has; the others are told or refused, as the plan says.
Result<sys::CapabilityMask> available_of(InitContext& context, const std::vector<std::string>& names,
                                         std::string_view set_name, sys::CapabilityMask available) {
  sys::CapabilityMask set = 0;
  for (const auto& name : names) {
    const auto capability = sys::find_capability(name);
    const auto bit = capability ? sys::capability_bit(*capability) : 0;
    if ((bit & available) != 0) {
      set |= bit;
      continue;
    }
    const auto* why = capability ? "this host does not give it" : "it is not known here";
    const auto text = fmt::format("process.capabilities.{}: '{}': {}", set_name, printable(name), why);
    if (contains(context.plan.required_capabilities, name)) return fail(Errc::permission_denied, "{}", text);
    TRY(warn(context, name, text));
  }
  return set;
}

Result<sys::CapabilitySets> wanted_sets(InitContext& context, const sys::CapabilitySets& now) {
  const auto& wanted = wanted_capabilities(context);
  sys::CapabilitySets sets;
  sets.permitted = TRY(available_of(context, wanted.permitted, "permitted", now.permitted));
  sets.effective = TRY(available_of(context, wanted.effective, "effective", sets.permitted));
  sets.inheritable = TRY(available_of(context, wanted.inheritable, "inheritable", now.permitted));
  return sets;
}

}  // namespace

Result<> drop_bounding_capabilities(InitContext& context) {
  const auto kept = TRY(
      available_of(context, wanted_capabilities(context).bounding, "bounding", sys::bounding_capabilities()));
  TRY(sys::limit_bounding_capabilities(kept));
  // Through the change of the user that follows (prctl(2)).
  if (::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) {
    const int err = errno;
    return fail_errno(err, "keeping capabilities");
  }
  return {};
}

Result<> set_capabilities(InitContext& context) {
  const auto now = TRY(sys::get_capabilities());
  const auto sets = TRY(wanted_sets(context, now));
  const auto ambient = TRY(available_of(context, wanted_capabilities(context).ambient, "ambient",
                                        sets.permitted & sets.inheritable));
  TRY(sys::set_capabilities(sets));
  return sys::set_ambient_capabilities(ambient);
}

Result<> set_no_new_privileges(InitContext& context) {
  if (!context.process().no_new_privileges) return {};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    const int err = errno;
    return fail_errno(err, "setting no_new_privs");
  }
  return {};
}

}  // namespace corten::runtime
