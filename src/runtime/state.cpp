#include "runtime/state.hpp"

#include "runtime/status.hpp"

namespace corten::runtime {

Result<oci::State> state(const Settings& settings, const ContainerId& id) {
  const auto found = TRY(find_container(settings.root, id));
  return to_full_state(found.record, found.status);
}

}  // namespace corten::runtime
