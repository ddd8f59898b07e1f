#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "registry/context.hpp"
#include "registry/session.hpp"

namespace corten::registry {

/// What the reads of a tag or of a digest may use.
enum class Read : std::uint8_t { tag, digest };

/// False for a mirror that is not for tags, or could not be reached before.
bool is_worth_asking(const Session& session, Read what);

/// Tells that a mirror failed and adds it to `trail`; one that could not be reached is not asked again.
void note_failed_mirror(Context& context, Session& session, const Error& error,
                        std::vector<std::string>& trail);

/// Does `read` (Session& -> Result<T>) with one endpoint after the other, mirrors first, until one succeeds.
/// A mirror that fails in any way but canceled gives way to the next; the error of the last one is returned,
/// with what the mirrors said before.
template <typename Function>
auto read_from_any(Context& context, std::span<const std::shared_ptr<Session>> sessions, Read what,
                   const Function& read) -> decltype(read(sessions.back())) {
  std::vector<std::string> trail;
  for (const auto& session : sessions) {
    const bool last = session == sessions.back();
    if (!last && !is_worth_asking(*session, what)) continue;
    auto result = read(session);
    if (result || result.error().kind() == Errc::canceled) return result;
    if (last) {
      for (auto& line : trail) result.error().add_frame(std::move(line));
      return result;
    }
    note_failed_mirror(context, *session, result.error(), trail);
  }
  return fail(Errc::internal, "no endpoint was asked");
}

}  // namespace corten::registry
