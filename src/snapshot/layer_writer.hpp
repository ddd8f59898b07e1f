#pragma once

#include <memory>

#include "snapshot/snapshotter.hpp"
#include "snapshot/store_files.hpp"
#include "snapshot/unpack.hpp"

namespace corten::snapshot {

/// The LayerWriter of both drivers: a directory aside in layers/, into which a tar is unpacked.
class DirectoryWriter : public LayerWriter {
 public:
  /// `form` must outlive it.
  static Result<std::unique_ptr<DirectoryWriter>> create(const StoreFiles& files, const WhiteoutForm& form);

  Result<> apply(Source& tar) override;

  /// Whether apply() has succeeded.
  bool complete() const { return complete_; }
  Unpacker& unpacker() { return unpacker_; }
  const sys::UniqueFd& tree() const { return tree_; }
  const sys::UniqueFd& directory() const { return building_.directory.fd(); }
  Building take() { return std::move(building_); }

 private:
  DirectoryWriter(Building building, sys::UniqueFd tree, const WhiteoutForm& form)
      : building_(std::move(building)), tree_(std::move(tree)), unpacker_(tree_, directory(), form) {}

  Building building_;
  sys::UniqueFd tree_;
  Unpacker unpacker_;
  bool started_ = false;
  bool complete_ = false;
};

/// An empty root directory: 0755, ours, and nothing inherited from where the store lies.
Result<sys::UniqueFd> make_tree(sys::BorrowedFd parent, const char* name);

}  // namespace corten::snapshot
