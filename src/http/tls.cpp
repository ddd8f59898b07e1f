#include "http/tls.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include "base/scope_exit.hpp"

namespace corten::http {
namespace {

constexpr std::size_t kMaxPemBytes = std::size_t{4} * 1024 * 1024;

// In the order of their names, so that a connection is set up the same way every time.
Result<std::vector<std::string>> list_ca_files(const std::string& dir) {
  std::vector<std::string> files;
  std::error_code failure;
  for (std::filesystem::directory_iterator entry(dir, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const auto extension = entry->path().extension();
    if (extension == ".crt" || extension == ".pem") files.push_back(entry->path().string());
  }
  if (failure) return fail_errno(failure.value(), "reading CA directory '{}'", dir);
  std::ranges::sort(files);
  return files;
}

Result<> append_pem(std::string& pem, const std::string& path) {
  const auto text = TRY_CTX(load_pem_file(path), "loading CA certificates");
  pem.append(text).append("\n");
  return {};
}

}  // namespace

Result<std::string> load_pem_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const int err = errno;
    return fail_errno(err, "opening '{}'", path);
  }
  const ScopeExit close([&] { ::close(fd); });
  std::string text;
  std::array<char, 16384> buffer{};
  while (true) {
    const auto size = ::read(fd, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      const int err = errno;
      return fail_errno(err, "reading '{}'", path);
    }
    if (size == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(size));
    if (text.size() > kMaxPemBytes) {
      return fail(Errc::invalid_argument, "'{}' is over {} bytes, not a PEM file", path, kMaxPemBytes);
    }
  }
  if (!text.contains("-----BEGIN ")) {
    return fail(Errc::invalid_argument, "'{}' is not a PEM file: no line '-----BEGIN ...'", path);
  }
  return text;
}

Result<TlsMaterial> load_tls_material(const TlsOptions& options) {
  TlsMaterial material;
  material.verify = options.verify;
  for (const auto& path : options.ca_files) TRY(append_pem(material.ca_pem, path));
  for (const auto& dir : options.ca_dirs) {
    const auto files = TRY(list_ca_files(dir));
    for (const auto& path : files) TRY(append_pem(material.ca_pem, path));
  }
  if (options.client_certificate_file.empty()) {
    if (options.client_key_file.empty()) return material;
    return fail(Errc::invalid_argument, "client key '{}' is given without a certificate",
                options.client_key_file);
  }
  material.certificate_pem =
      TRY_CTX(load_pem_file(options.client_certificate_file), "loading a client certificate");
  const auto& key_file =
      options.client_key_file.empty() ? options.client_certificate_file : options.client_key_file;
  material.key_pem = TRY_CTX(load_pem_file(key_file), "loading a client key");
  return material;
}

}  // namespace corten::http
