#include "snapshot/layer_writer.hpp"

#include <fcntl.h>

#include "snapshot/layout.hpp"
#include "sys/file.hpp"
#include "sys/names.hpp"
#include "sys/users.hpp"
#include "sys/xattr.hpp"

namespace corten::snapshot {

Result<sys::UniqueFd> make_tree(sys::BorrowedFd parent, const char* name) {
  TRY(sys::mkdirat(parent, name, 0755));
  auto tree = TRY(sys::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  // A setgid bit or a default ACL of the directories around the store would reach every file in it.
  const auto user = sys::current_user();
  TRY(sys::remove_xattr(tree, "system.posix_acl_access"));
  TRY(sys::remove_xattr(tree, "system.posix_acl_default"));
  TRY(sys::fchown(tree, user.uid, user.gid));
  TRY(sys::fchmod(tree, 0755));
  return tree;
}

Result<std::unique_ptr<DirectoryWriter>> DirectoryWriter::create(const StoreFiles& files,
                                                                 const WhiteoutForm& form) {
  auto building = TRY_CTX(files.begin(files.layers()), "beginning a layer");
  auto tree = TRY_CTX(make_tree(building.directory.fd(), kTreeDirectory), "beginning a layer");
  return std::unique_ptr<DirectoryWriter>(new DirectoryWriter(std::move(building), std::move(tree), form));
}

Result<> DirectoryWriter::apply(Source& tar) {
  if (started_) return fail(Errc::failed_precondition, "a layer is unpacked once");
  started_ = true;
  TRY(unpacker_.apply(tar));
  complete_ = true;
  return {};
}

}  // namespace corten::snapshot
