#include "oci/runtime_spec/mounts.hpp"

#include "oci/json_fields.hpp"

namespace corten::oci {

void fields(auto& visit, Is<IdMapping> auto& mapping) {
  visit("containerID", mapping.container_id, Presence::required);
  visit("hostID", mapping.host_id, Presence::required);
  visit("size", mapping.size, Presence::required);
}

void fields(auto& visit, Is<Root> auto& root) {
  visit("path", root.path, Presence::required);
  visit("readonly", root.readonly);
}

void fields(auto& visit, Is<Mount> auto& mount) {
  visit("destination", mount.destination, Presence::required);
  visit("type", mount.type);
  visit("source", mount.source);
  visit("options", mount.options);
  visit("uidMappings", mount.uid_mappings);
  visit("gidMappings", mount.gid_mappings);
}

Result<> read_json(const JsonView& view, IdMapping& out) { return read_fields(view, out); }
Result<> read_json(const JsonView& view, Root& out) { return read_fields(view, out); }
Result<> read_json(const JsonView& view, Mount& out) { return read_fields(view, out); }
Json to_json(const IdMapping& mapping) { return write_fields(mapping); }
Json to_json(const Root& root) { return write_fields(root); }
Json to_json(const Mount& mount) { return write_fields(mount); }

}  // namespace corten::oci
