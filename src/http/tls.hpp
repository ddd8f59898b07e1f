#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace corten::http {

enum class Verify : std::uint8_t {
  required,  ///< Certificate chain and host name.
  skipped,   ///< Neither: anyone on the path can read and answer. Only on the user's explicit request.
};

/// How to meet servers over https. TLS 1.2 is the least; the system's CA certificates are always trusted.
struct TlsOptions {
  std::vector<std::string> ca_files = {};  ///< PEM files whose certificates are trusted too.
  std::vector<std::string> ca_dirs = {};   ///< All *.crt and *.pem files in these are.
  /// PEM. Shown only to the origin of a request, never to one it redirects to.
  std::string client_certificate_file = {};
  std::string client_key_file = {};  ///< PEM; empty if it stands in the same file.
  /// `skipped` holds for the host of a request, not for other hosts that it redirects to.
  Verify verify = Verify::required;
};

/// The files of TlsOptions in memory.
struct TlsMaterial {
  std::string ca_pem;  ///< Additions only; empty if there are none.
  std::string certificate_pem;
  std::string key_pem;
  Verify verify = Verify::required;
};

/// Reads the files; errors name the one that cannot be read, is over 4 MiB or holds no PEM block.
Result<TlsMaterial> load_tls_material(const TlsOptions& options);

/// The text of a PEM file under the same rules.
Result<std::string> load_pem_file(const std::string& path);

}  // namespace corten::http
