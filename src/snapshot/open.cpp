#include "snapshot/open.hpp"

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/json_view.hpp"
#include "base/strings.hpp"
#include "snapshot/drivers.hpp"
#include "snapshot/layout.hpp"
#include "snapshot/probe.hpp"
#include "snapshot/store_files.hpp"
#include "sys/atomic_write.hpp"
#include "sys/file.hpp"

namespace corten::snapshot {

namespace {

constexpr int kFormat = 1;
constexpr std::size_t kMaxStoreFileBytes = 4096;

/// What kStoreFile says.
struct StoreFormat {
  Driver driver = Driver::copy;
  OverlayAttributes attributes = OverlayAttributes::trusted;
};

std::string to_json(const StoreFormat& format) {
  Json json{{"format", kFormat}, {"driver", to_string(format.driver)}};
  if (format.driver == Driver::overlay) {
    json["attributes"] = format.attributes == OverlayAttributes::user ? "user" : "trusted";
  }
  return to_json_text(json);
}

Result<StoreFormat> parse_format(std::string_view text) {
  const auto json = TRY(parse_json(text, kStoreFile));
  const auto view = TRY(JsonView::of_object(json, kStoreFile));
  const auto number = TRY(view.require_int("format"));
  if (number != kFormat) {
    return with_hint(
        fail(Errc::unsupported, "the snapshots have format {}, this version knows {}", number, kFormat),
        "use the version of corten that made them");
  }
  const auto driver = TRY(view.require_string("driver"));
  StoreFormat format;
  format.driver = TRY(parse_driver(driver));
  const auto attributes = TRY(view.find_string("attributes"));
  if (attributes == "user") format.attributes = OverlayAttributes::user;
  return format;
}

Result<std::optional<StoreFormat>> find_format(const StoreFiles& files) {
  const auto text = sys::read_file(files.store(), kStoreFile, kMaxStoreFileBytes);
  if (!text && text.error().kind() == Errc::not_found) return std::nullopt;
  if (!text) return std::unexpected(text.error().clone());
  return parse_format(*text);
}

Result<StoreFormat> choose_format(const StoreFiles& files, std::optional<Driver> wanted) {
  StoreFormat format;
  if (wanted == Driver::copy) return format;
  format.attributes = TRY(choose_attributes(files.layers()));
  auto tried = try_overlay(files.layers(), format.attributes);
  if (!tried && wanted == Driver::overlay) {
    tried.error().set_kind(Errc::unsupported);
    return with_hint(std::unexpected(std::move(tried).error()),
                     "the 'copy' driver works everywhere; 'corten system features' says what is missing");
  }
  format.driver = tried ? Driver::overlay : Driver::copy;
  return format;
}

// Once for a store, however many open it at the same time.
Result<StoreFormat> create_format(const StoreFiles& files, std::optional<Driver> wanted) {
  const auto exclusive = TRY(files.lock(sys::LockMode::exclusive));
  const auto found = TRY(find_format(files));
  if (found) return *found;
  const auto format = TRY(choose_format(files, wanted));
  TRY(sys::write_file_atomically(files.store(), kStoreFile, as_bytes(to_json(format)), 0600,
                                 sys::Durability::content_and_name));
  return format;
}

}  // namespace

Result<Driver> parse_driver(std::string_view text) {
  for (const auto driver : {Driver::overlay, Driver::copy}) {
    if (text == to_string(driver)) return driver;
  }
  return fail(Errc::invalid_argument, "'{}' is not a snapshot driver: expected overlay or copy",
              printable(text));
}

std::string_view to_string(Driver driver) { return driver == Driver::overlay ? "overlay" : "copy"; }

Result<std::unique_ptr<Snapshotter>> open_snapshotter(sys::PathArg store, std::optional<Driver> wanted) {
  auto files = TRY_CTX(StoreFiles::open(store), "opening the snapshots in '{}'", store.shown());
  auto format = TRY_CTX(find_format(files), "opening the snapshots in '{}'", store.shown());
  if (!format) format = TRY_CTX(create_format(files, wanted), "making the snapshots in '{}'", store.shown());
  if (wanted && *wanted != format->driver) {
    return fail(Errc::failed_precondition, "the snapshots in '{}' belong to the driver '{}', not '{}'",
                store.shown(), to_string(format->driver), to_string(*wanted));
  }
  if (format->driver == Driver::copy) return make_copy_driver(std::move(files));
  return make_overlay_driver(std::move(files), format->attributes);
}

}  // namespace corten::snapshot
