#include "registry/certs.hpp"

#include <fcntl.h>

#include <algorithm>
#include <optional>

#include "base/log.hpp"
#include "base/strings.hpp"
#include "registry/user_directories.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/users.hpp"

namespace corten::registry {
namespace {

// In their order by name, so that a connection is set up the same way every time.
Result<std::vector<std::string>> list_names(sys::BorrowedFd directory) {
  std::vector<std::string> names;
  sys::DirectoryReader reader(directory);
  while (true) {
    auto entry = TRY(reader.next());
    if (!entry) break;
    names.push_back(std::move(entry->name));
  }
  std::ranges::sort(names);
  return names;
}

// The other half of a certificate and its key.
Result<std::string> require_partner(const std::vector<std::string>& names, const std::string& name,
                                    std::string_view ending, std::string_view partner_ending) {
  auto partner = name.substr(0, name.size() - ending.size());
  partner += partner_ending;
  if (std::ranges::binary_search(names, partner)) return partner;
  return with_hint(fail(Errc::failed_precondition, "'{}' is there but '{}' is not", name, partner),
                   "a client certificate is NAME.cert with NAME.key; an authority's certificate is NAME.crt");
}

Result<http::TlsOptions> sort_out(const std::string& directory, const std::vector<std::string>& names) {
  http::TlsOptions options;
  for (const auto& name : names) {
    const auto path = fmt::format("{}/{}", directory, name);
    if (name.ends_with(".crt")) options.ca_files.push_back(path);
    if (name.ends_with(".key")) TRY(require_partner(names, name, ".key", ".cert"));
    if (!name.ends_with(".cert")) continue;
    const auto key = TRY(require_partner(names, name, ".cert", ".key"));
    if (!options.client_certificate_file.empty()) {
      return fail(Errc::unsupported, "more than one client certificate: '{}' and '{}'",
                  options.client_certificate_file, path);
    }
    options.client_certificate_file = path;
    options.client_key_file = fmt::format("{}/{}", directory, key);
  }
  return options;
}

}  // namespace

Result<http::TlsOptions> load_certificate_directory(const std::string& directory) {
  const auto fd = TRY_CTX(sys::open(directory, O_RDONLY | O_DIRECTORY), "looking for certificates");
  const auto names = TRY_CTX(list_names(fd), "looking for certificates in '{}'", directory);
  return TRY_CTX(sort_out(directory, names), "looking for certificates in '{}'", directory);
}

Result<http::TlsOptions> find_certificates(std::string_view host, std::span<const std::string> directories) {
  // Hosts come from references and configuration, which hold no such name; a path must not come of one.
  if (host.empty() || host.starts_with('.') || host.contains('/') || host.contains('\0')) {
    return fail(Errc::invalid_argument, "'{}' is no host to look for certificates of", host);
  }
  for (const auto& directory : directories) {
    auto options = load_certificate_directory(fmt::format("{}/{}", directory, host));
    if (options) return options;
    const auto& error = options.error();
    if (error.kind() == Errc::permission_denied) {
      log::debug("{}, ignoring", error.message());
    } else if (error.kind() != Errc::not_found) {
      return options;
    }
  }
  return http::TlsOptions();
}

std::vector<std::string> certificate_directories() {
  std::vector<std::string> directories;
  const auto config = sys::outer_uid() == 0 ? std::nullopt : user_config_directory();
  if (config) directories = {*config + "/docker/certs.d", *config + "/containers/certs.d"};
  directories.emplace_back("/etc/docker/certs.d");
  directories.emplace_back("/etc/containers/certs.d");
  return directories;
}

}  // namespace corten::registry
