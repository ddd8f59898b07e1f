#include "image/fetch_dropped.hpp"

#include <utility>

#include "base/log.hpp"
#include "image/blob_sources.hpp"
#include "image/fetch_layer.hpp"

namespace corten::image {

Result<> fetch_dropped(const content::Store& content, const oci::Descriptor& blob,
                       std::span<const std::string> sources, const FetchDroppedOptions& options) {
  Result<> fetched =
      with_hint(fail(Errc::not_found, "blob '{}' is neither here nor known to be anywhere else",
                     blob.digest.to_string()),
                "pull the image again");
  for (const auto& name : sources) {
    const auto source = TRY(oci::Reference::parse(name, oci::ImpliedTag::none));
    auto repository = options.open(source);
    if (!repository) {
      fetched = std::unexpected(std::move(repository).error());
      continue;
    }
    if (options.on_source) options.on_source(source);
    fetched = fetch_blob(content, **repository, blob, options.stop, {});
    if (fetched || fetched.error().kind() == Errc::canceled) return fetched;
  }
  return fetched;
}

std::vector<std::string> find_sources(ImageStore& store, const oci::Digest& digest) {
  auto sources = find_blob_sources(store, digest);
  if (sources) return std::move(*sources);
  log::debug("finding where a blob is: {}", sources.error().message());
  return {};
}

}  // namespace corten::image
