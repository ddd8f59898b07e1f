#pragma once

#include <vector>

#include "content/lease.hpp"
#include "image/archive/load.hpp"
#include "oci/image_config.hpp"

namespace corten::image {

/// Unpacks the layers that have no snapshot yet; `layers` are blobs of the store, one for each diffID of the
/// config. data_loss when a layer is not what its diffID says.
Result<> unpack_layers(ImageStore& store, content::Lease& lease, const oci::ImageConfig& config,
                       const std::vector<oci::Descriptor>& layers, const LoadOptions& options);

/// Takes a docker-archive. Its manifests are made here: the config's bytes, and with them the image's id, are
/// those of the archive.
Result<Loaded> load_docker_archive(ImageStore& store, content::Lease& lease, ArchiveSource& archive,
                                   std::string_view manifest_text, const LoadOptions& options);

/// Takes an OCI image layout.
Result<Loaded> load_oci_layout(ImageStore& store, content::Lease& lease, ArchiveSource& archive,
                               std::string_view index_text, const LoadOptions& options);

}  // namespace corten::image
