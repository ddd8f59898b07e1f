#include "registry/mirrors.hpp"

namespace corten::registry {

bool is_worth_asking(const Session& session, Read what) {
  return !session.unreachable() && (what == Read::digest || session.endpoint().tags);
}

void note_failed_mirror(Context& context, Session& session, const Error& error,
                        std::vector<std::string>& trail) {
  if (error.kind() == Errc::unavailable) session.set_unreachable();
  auto line = fmt::format("mirror '{}' failed ({})", session.endpoint().host, error.message());
  context.tell(line + ", asking the next one");
  trail.push_back("after " + line);
}

}  // namespace corten::registry
