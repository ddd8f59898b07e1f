#include "seccomp/cache.hpp"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>

#include "base/log.hpp"
#include "codec/sha256.hpp"
#include "seccomp/cache_entry.hpp"
#include "seccomp/canonical.hpp"
#include "seccomp/flags.hpp"
#include "sys/atomic_write.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"
#include "sys/seccomp_filter.hpp"

namespace corten::seccomp {
namespace {

/// Another number for every change after which a profile makes other bytes.
constexpr int kCompilerVersion = 1;

constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kEntryMode = 0600;
constexpr std::size_t kMaxEntryBytes = std::size_t{128} * 1024;  // a program has at most 32 KiB
constexpr std::size_t kMaxEntries = 128;

std::string entry_name(const oci::Seccomp& profile) {
  utsname host{};
  (void)::uname(&host);
  return codec::sha256_hex(as_bytes(
      fmt::format("{}\n{}\n{}\n{}", kCompilerVersion, host.release, host.machine, canonical_text(profile))));
}

// What changes when a package manager replaces the file. Empty when it is not there.
std::string identity_of(const std::string& path) {
  const auto status = sys::find_status(sys::BorrowedFd::cwd(), path);
  if (!status || !*status) return {};
  const auto& file = **status;
  return fmt::format("{}:{} {} {} {}.{}", file.device.major_number, file.device.minor_number, file.inode,
                     file.size_bytes, file.changed.seconds, file.changed.nanoseconds);
}

std::optional<std::vector<std::uint8_t>> find_program(sys::BorrowedFd dir, const std::string& name) {
  const auto file = sys::openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!file) return std::nullopt;
  const auto text = sys::read_all(*file, kMaxEntryBytes);
  auto entry = text ? decode(as_bytes(*text)) : std::nullopt;
  if (!entry) {
    log::debug("seccomp: the cached filter '{}' is damaged, compiling it again", name);
    return std::nullopt;
  }
  if (entry->library_identity.empty() || identity_of(entry->library) != entry->library_identity) {
    log::debug("seccomp: '{}' has changed, compiling again", entry->library);
    return std::nullopt;
  }
  return std::move(entry->program);
}

// Every kernel and every profile that ever ran here leaves an entry. Each is one compilation away, so there
// is no need to know which are old.
Result<> make_room(sys::BorrowedFd dir) {
  const auto listing = TRY(sys::openat(dir, ".", O_RDONLY | O_DIRECTORY));
  const auto entries = TRY(sys::read_directory(listing));
  if (entries.size() < kMaxEntries) return {};
  for (const auto& entry : entries) {
    if (entry.type == sys::FileType::regular) TRY(sys::unlinkat(dir, entry.name));
  }
  return {};
}

Result<> store_program(sys::BorrowedFd dir, const std::string& name, const Program& program) {
  TRY(make_room(dir));
  const auto text = encode({.library = program.library,
                            .library_identity = identity_of(program.library),
                            .program = program.bytes});
  return sys::write_file_atomically(dir, name, as_bytes(text), kEntryMode, sys::Durability::none);
}

Result<> check_is_private(const sys::UniqueFd& dir, sys::PathArg name) {
  const auto status = TRY(sys::fstat(dir));
  if (status.uid == ::geteuid() && (status.permissions & 077U) == 0) return {};
  return with_hint(
      fail(Errc::permission_denied,
           "the cache of filters '{}' belongs to user {} with mode {:04o}: others could change filters",
           name.shown(), status.uid, status.permissions),
      "remove it, or run 'chmod 0700' on it");
}

}  // namespace

Result<FilterCache> FilterCache::open(sys::BorrowedFd parent, sys::PathArg name) {
  const auto made = sys::mkdirat(parent, name, kDirectoryMode);
  if (!made && made.error().kind() != Errc::already_exists) {
    return with_frame(made.error().clone(), "making the cache of filters '{}'", name.shown());
  }
  auto dir = TRY_CTX(sys::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), "the cache of filters");
  TRY(check_is_private(dir, name));
  return FilterCache(std::move(dir));
}

Result<Filter> FilterCache::compile(const oci::Seccomp& profile) const {
  const auto flags = TRY_CTX(kernel_flags(profile), "linux.seccomp");
  Filter filter{.program = {}, .flags = flags, .needs_listener = uses_notify(profile)};
  const auto name = entry_name(profile);
  if (auto found = find_program(dir_, name)) {
    filter.program = std::move(*found);
    return filter;
  }
  auto program = TRY(compile_program(profile));
  if (const auto stored = store_program(dir_, name, program); !stored) {
    log::debug("seccomp: the filter is not cached: {}", stored.error().message());
  }
  filter.program = std::move(program.bytes);
  return filter;
}

}  // namespace corten::seccomp
