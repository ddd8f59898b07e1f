#pragma once

#include "content/names.hpp"
#include "image/image_store.hpp"

/// Steps of a repair. A check takes long, and others pull and remove meanwhile: each step looks again at what
/// it is about to take away, while nobody can change that.
namespace corten::image {

/// Under the lock of gc; false for a blob that is whole or gone by now, and for one that a lease holds. One
/// that cannot be read stays.
Result<bool> remove_if_damaged(const content::Store& store, const oci::Digest& digest);

/// Under the locks of gc and of the index; false if the name stands for something else by now, or for an
/// image that is there.
Result<bool> forget_if_lost(ImageStore& store, const content::NamedDescriptor& entry);

}  // namespace corten::image
