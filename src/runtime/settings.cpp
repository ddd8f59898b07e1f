#include "runtime/settings.hpp"

#include <unistd.h>

#include "sys/id_map.hpp"

namespace corten::runtime {

bool is_rootless() {
  if (::geteuid() != 0) return true;
  const auto maps = sys::current_id_maps();
  if (!maps || maps->uids.size() != 1) return maps.has_value();
  // The initial user namespace has one map, of all ids to themselves.
  const auto& whole = maps->uids.front();
  return whole.inside != 0 || whole.outside != 0 || whole.count != 0xffffffffU;
}

}  // namespace corten::runtime
