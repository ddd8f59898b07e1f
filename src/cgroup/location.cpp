#include "cgroup/location.hpp"

#include <nlohmann/json.hpp>

#include "base/strings.hpp"

namespace corten::cgroup {

namespace {

Result<Place> parse_place(const JsonView& view) {
  Place place;
  const auto name = TRY(view.require_string("hierarchy"));
  place.hierarchy.unified = name.empty();
  for (const auto each : split(name, ',')) {
    if (!each.empty()) place.hierarchy.controllers.emplace_back(each);
  }
  place.hierarchy.mount_point = TRY(view.require_string("mount"));
  const auto path = TRY(view.require_string("path"));
  const auto parsed = TRY(parse_cgroups_path("/" + path, ""));
  if (!place.hierarchy.mount_point.starts_with('/') || parsed.path != path) {
    return view.fail_at("path", "is no path of a cgroup");
  }
  place.path = path;
  return place;
}

}  // namespace

Json to_json(const Location& location) {
  auto places = Json::array();
  for (const auto& place : location.places) {
    places.push_back({{"hierarchy", place.hierarchy.name()},
                      {"mount", place.hierarchy.mount_point},
                      {"path", place.path}});
  }
  Json json{{"places", std::move(places)}};
  if (location.unit) {
    json["unit"] = {{"slice", location.unit->slice},
                    {"name", location.unit->name},
                    {"user", location.manager == SystemdManager::user}};
  }
  return json;
}

Result<Location> parse_location(const JsonView& view) {
  Location location;
  const auto places = TRY(view.find_objects("places"));
  for (const auto& each : places) {
    auto place = TRY(parse_place(each));
    location.places.push_back(std::move(place));
  }
  const auto unit = TRY(view.find_object("unit"));
  if (!unit) return location;
  location.unit.emplace();
  location.unit->slice = TRY(unit->require_string("slice"));
  location.unit->name = TRY(unit->require_string("name"));
  const auto user = TRY(unit->find_bool("user"));
  if (user.value_or(false)) location.manager = SystemdManager::user;
  return location;
}

}  // namespace corten::cgroup
