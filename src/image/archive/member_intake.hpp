#pragma once

#include <optional>
#include <string_view>

#include "base/stream.hpp"
#include "content/lease.hpp"
#include "content/store.hpp"
#include "image/archive/archive_source.hpp"

namespace corten::image {

/// The digest that the name of a member promises: "blobs/sha256/<hex>", "sha256:<hex>". Nothing for other
/// names.
std::optional<oci::Digest> digest_of_member_name(std::string_view name);

/// Whether a member can be a layer or a config by its name: one with a digest, or *.tar, *.tar.gz, *.tgz,
/// *.json.
bool may_be_blob(std::string_view name);

/// The greatest size of a document that is kept in memory; nothing for members that are none.
std::optional<std::size_t> document_cap(std::string_view name);

/// Takes `bytes` into the store and the lease. data_loss if the name promises another digest.
Result<ArchiveMember> take_member(const content::Store& store, content::Lease& lease, std::string_view name,
                                  Source& bytes);

}  // namespace corten::image
