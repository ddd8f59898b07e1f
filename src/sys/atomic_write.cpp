#include "sys/atomic_write.hpp"

#include <fcntl.h>

#include "base/scope_exit.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"
#include "sys/random_name.hpp"

namespace corten::sys {

Result<> write_file_atomically(BorrowedFd dir, PathArg name, Bytes bytes, mode_t mode,
                               Durability durability) {
  // A fixed short form: `name` may already be as long as a name can be.
  const auto aside = TRY(random_name(".corten-write-"));
  auto file = TRY_CTX(openat(dir, aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600), "writing '{}'",
                      name.shown());
  ScopeExit cleanup([&] { (void)unlinkat(dir, aside); });

  TRY_CTX(write_all(file, bytes), "writing '{}'", name.shown());
  TRY_CTX(fchmod(file, mode), "writing '{}'", name.shown());
  if (durability != Durability::none) TRY_CTX(fsync(file), "writing '{}'", name.shown());
  TRY_CTX(file.close(), "writing '{}'", name.shown());
  // Before the rename, while failing changes nothing. `dir` itself may be O_PATH or the current directory.
  UniqueFd to_flush;
  if (durability == Durability::content_and_name) {
    to_flush = TRY_CTX(openat(dir, ".", O_RDONLY | O_DIRECTORY), "writing '{}'", name.shown());
  }
  TRY(renameat(dir, aside, dir, name));
  cleanup.release();
  if (to_flush) TRY_CTX(fsync(to_flush), "writing '{}'", name.shown());
  return {};
}

}  // namespace corten::sys
