#include "base/error.hpp"

#include <cerrno>
#include <cstring>

#include "base/check.hpp"

namespace corten {

Error::Error(Errc kind, std::string frame, int errnum)
    : rep_(std::make_unique<Rep>(Rep{.kind = kind, .errnum = errnum, .frames = {}, .hint = {}})) {
  rep_->frames.push_back(std::move(frame));
}

Error::Error(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}

Error Error::clone() const { return Error(std::make_unique<Rep>(*rep_)); }

Errc Error::kind() const { return rep_->kind; }
int Error::errnum() const { return rep_->errnum; }
const std::vector<std::string>& Error::frames() const { return rep_->frames; }
std::string_view Error::hint() const { return rep_->hint; }

void Error::add_frame(std::string frame) { rep_->frames.push_back(std::move(frame)); }
void Error::set_hint(std::string hint) { rep_->hint = std::move(hint); }
void Error::set_kind(Errc kind) { rep_->kind = kind; }

std::string Error::message() const {
  std::string text;
  for (auto frame = rep_->frames.rbegin(); frame != rep_->frames.rend(); ++frame) {
    if (!text.empty()) text += ": ";
    text += *frame;
  }
  if (rep_->errnum != 0) text += ": " + errno_text(rep_->errnum);
  return text;
}

Error make_error(Errc kind, int errnum, fmt::string_view format, fmt::format_args args) {
  return {kind, fmt::vformat(format, args), errnum};
}

std::string errno_text(int errnum) {
  // strerrordesc_np (glibc 2.32) neither translates nor shares a buffer.
  if (const char* text = ::strerrordesc_np(errnum)) return text;
  return fmt::format("errno {}", errnum);
}

const ErrcInfo& errc_info(Errc kind) {
  static constexpr ErrcInfo kTable[] = {
      {Errc::invalid_argument, "invalid_argument", 400, 1},
      {Errc::not_found, "not_found", 404, 1},
      {Errc::already_exists, "already_exists", 409, 1},
      {Errc::permission_denied, "permission_denied", 403, 1},
      {Errc::unauthenticated, "unauthenticated", 401, 1},
      {Errc::failed_precondition, "failed_precondition", 409, 1},
      {Errc::unsupported, "unsupported", 501, 1},
      {Errc::unavailable, "unavailable", 503, 1},
      {Errc::canceled, "canceled", 499, 130},
      {Errc::data_loss, "data_loss", 500, 1},
      {Errc::internal, "internal", 500, 1},
  };
  const auto& info = kTable[static_cast<std::size_t>(kind)];
  CORTEN_CHECK(info.kind == kind, "the table stands in the order of the enumerators");
  return info;
}

Errc errc_from_errno(int errnum) {
  switch (errnum) {
    case EINVAL:
    case ENAMETOOLONG:
    case ENOTDIR:
    case EISDIR:
    case E2BIG:
      return Errc::invalid_argument;
    case ENOENT:
    case ESRCH:
    case ENXIO:
    case ENODEV:
      return Errc::not_found;
    case EEXIST:
      return Errc::already_exists;
    case EPERM:
    case EACCES:
    case EROFS:
      return Errc::permission_denied;
    case EBUSY:
    case ENOTEMPTY:
    case EADDRINUSE:
    case ETXTBSY:
    case EXDEV:
    case ELOOP:
      return Errc::failed_precondition;
    case ENOSYS:
    case EOPNOTSUPP:
    case EAFNOSUPPORT:
    case EPROTONOSUPPORT:
    case ENOEXEC:
      return Errc::unsupported;
    case EAGAIN:
    case ENOMEM:
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ECONNREFUSED:
    case ECONNRESET:
    case ECONNABORTED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ETIMEDOUT:
    case EPIPE:
      return Errc::unavailable;
    case EINTR:
    case ECANCELED:
      return Errc::canceled;
    case EIO:
    case EBADMSG:
    case EUCLEAN:
      return Errc::data_loss;
    default:
      return Errc::internal;
  }
}

}  // namespace corten
