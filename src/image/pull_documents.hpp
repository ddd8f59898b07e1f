#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "content/lease.hpp"
#include "image/catalog.hpp"
#include "image/image_store.hpp"
#include "registry/repository.hpp"

namespace corten::image {

/// Brings the documents of an image into the store: each is leased, taken from the store if it is there, and
/// fetched if not.
class DocumentFetcher {
 public:
  DocumentFetcher(const content::Store& content, registry::Repository& repository, content::Lease& lease,
                  std::stop_token stop)
      : content_(content), repository_(repository), lease_(lease), stop_(std::move(stop)) {}

  /// What the reference stands for at the registry. `known` says that the name has been used here, so that
  /// a HEAD may save the rest; an unknown tag is fetched at once.
  Result<registry::FetchedDocument> fetch_target(const oci::Reference& reference, bool known);

  /// By digest, so that a tag that changes meanwhile cannot mix two images.
  Result<registry::FetchedDocument> fetch(const oci::Descriptor& descriptor);

  /// The manifest of `platform` in an index, of any depth up to 3; the document itself if it is a manifest.
  Result<registry::FetchedDocument> choose(registry::FetchedDocument document, const oci::Platform& platform);

  /// The config of a manifest, checked against it.
  Result<oci::ImageConfig> fetch_config(const oci::Manifest& manifest);

 private:
  Result<registry::FetchedDocument> keep(registry::FetchedDocument document);

  const content::Store& content_;
  registry::Repository& repository_;
  content::Lease& lease_;
  std::stop_token stop_;
};

/// Refuses what is no image this engine can run: artifacts, layers of unknown types, other operating systems.
Result<> require_image(const oci::Manifest& manifest);

}  // namespace corten::image
