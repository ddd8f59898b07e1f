#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/command.hpp"
#include "oci/reference.hpp"
#include "registry/client.hpp"

/// The flags of every verb that speaks to a registry. A command has one RegistryFlags among its options and
/// lists the flags it takes: `cert_dir_flag<&PullOptions::registry>()`.
namespace corten::cli {

/// "USER:PASSWORD" as a value of its own, so that a bad one is refused with the flag's name.
struct CredentialsFlag {
  registry::Credentials value = {};
};
/// Divides at the first ':'; a user name holds none, a password may. Errors never show the text.
Result<> assign_value(CredentialsFlag& value, std::string_view text, std::string_view what);

struct RegistryFlags {
  bool tls_verify = true;
  std::optional<std::string> cert_dir = {};
  std::optional<CredentialsFlag> creds = {};
};

/// What the flags ask of the client, except for --creds; everything else stays at its default.
registry::ClientOptions client_options(const RegistryFlags& flags);
/// With --creds too, which are for the registry of `reference` and for nobody else.
registry::ClientOptions client_options(const RegistryFlags& flags, const oci::Reference& reference);

namespace detail {
/// bind() for a member of a member.
template <auto Outer, auto Inner>
constexpr Binding bind_inside() {
  using Options = typename MemberPointer<decltype(Outer)>::Options;
  using Value = typename MemberPointer<decltype(Inner)>::Value;
  return {.kind = kBindingKind<Value>,
          .assign = [](void* options, std::string_view text, std::string_view what) -> Result<> {
            return assign_value((static_cast<Options*>(options)->*Outer).*Inner, text, what);
          }};
}
}  // namespace detail

template <auto Member>
constexpr Flag tls_verify_flag() {
  return {.name = "tls-verify",
          .help = "Require https with a valid certificate; false also allows http",
          .bind = detail::bind_inside<Member, &RegistryFlags::tls_verify>(),
          .default_text = "true"};
}

template <auto Member>
constexpr Flag cert_dir_flag() {
  return {.name = "cert-dir",
          .value = "DIR",
          .help = "Directory with the registry's certificates (*.crt, *.cert, *.key) in place of certs.d",
          .bind = detail::bind_inside<Member, &RegistryFlags::cert_dir>(),
          .complete = Completion::directory};
}

template <auto Member>
constexpr Flag creds_flag() {
  return {
      .name = "creds",
      .value = "USER:PASSWORD",
      .help =
          "Credentials for the registry of the image in place of the stored ones; others can see a command "
          "line",
      .bind = detail::bind_inside<Member, &RegistryFlags::creds>()};
}

}  // namespace corten::cli
