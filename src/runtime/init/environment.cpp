#include "runtime/init/environment.hpp"

#include <fcntl.h>

#include <algorithm>

#include "base/strings.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/openat2.hpp"

namespace corten::runtime {
namespace {

constexpr std::size_t kMaxPasswdBytes = std::size_t{4} * 1024 * 1024;

// The image's file may be anything: a FIFO that never answers, a link (followed inside the root only).
Result<std::string> read_passwd(const InitContext& context) {
  const auto root = TRY(sys::open("/", O_PATH | O_DIRECTORY));
  const auto file = TRY(sys::open_in_root(root, "/etc/passwd", O_RDONLY | O_NONBLOCK, 0, context.kernel));
  const auto status = TRY(sys::fstat(file));
  if (!status.is_regular()) return fail(Errc::invalid_argument, "'/etc/passwd' is no regular file");
  return sys::read_all(file, kMaxPasswdBytes);
}

}  // namespace

std::optional<std::string> find_home(std::string_view passwd, std::uint32_t uid) {
  const auto wanted = std::to_string(uid);
  for (const auto line : split(passwd, '\n')) {
    const auto fields = split(line, ':');
    if (fields.size() >= 6 && fields[2] == wanted && !fields[5].empty()) return std::string(fields[5]);
  }
  return std::nullopt;
}

Result<> complete_environment(InitContext& context) {
  if (!context.plan.spec.process) return {};
  auto& process = *context.plan.spec.process;
  const auto is_home = [](const std::string& entry) { return entry.starts_with("HOME="); };
  if (std::ranges::any_of(process.env, is_home)) return {};
  const auto passwd = read_passwd(context);
  const auto home = passwd ? find_home(*passwd, process.user.uid) : std::nullopt;
  process.env.push_back("HOME=" + home.value_or("/"));
  return {};
}

}  // namespace corten::runtime
