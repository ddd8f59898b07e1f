#include "runtime/list.hpp"

#include "base/log.hpp"
#include "runtime/state.hpp"
#include "runtime/state_store.hpp"

namespace corten::runtime {

Result<std::vector<oci::State>> list(const Settings& settings) {
  const auto ids = TRY(StateStore(settings.root).list());
  std::vector<oci::State> states;
  for (const auto& id : ids) {
    auto found = state(settings, id);
    if (found) {
      states.push_back(std::move(*found));
    } else if (found.error().kind() != Errc::not_found) {
      log::warning("container '{}': {}", id.text(), found.error().message());
    }
  }
  return states;
}

}  // namespace corten::runtime
