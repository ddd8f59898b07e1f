#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "base/timestamp.hpp"
#include "codec/tar_entry.hpp"
#include "sys/fd.hpp"
#include "sys/file_status.hpp"

namespace corten::snapshot {

/// What a file has besides content.
struct Attributes {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t mode = 0755;  ///< The low 12 bits.
  Timestamp mtime;
  codec::TarRecords xattrs = {};
};

/// As an entry gives them. invalid_argument for ids that Linux does not have.
Result<Attributes> attributes_of(codec::TarEntry& entry);
/// As a file of a layer has them.
Result<Attributes> read_attributes(sys::BorrowedFd parent, const std::string& name,
                                   const sys::FileStatus& status);

/// Attributes that overlay reads for itself: an image that brought them could redirect a directory or hide a
/// file of another layer. They are neither unpacked nor copied.
bool belongs_to_overlay(std::string_view attribute);

/// Gives files their attributes, with no system call that changes nothing: one per unpack or copy.
///
/// What this process may not do is left out rather than refused, for the layers of the world hold it: owners
/// that have no mapping in our user namespace (the file stays ours and loses its set-id bits), and attributes
/// that the kernel refuses for want of privilege or the file system does not know. Without CAP_DAC_OVERRIDE
/// files stay readable, and directories usable, for their owner.
class AttributeSetter {
 public:
  AttributeSetter();

  /// The mode to make a file or directory with; finish it with one of the calls below.
  mode_t initial_mode(std::uint32_t mode) const { return mode & 0777U; }

  /// A regular file just made with initial_mode(), after its content is written: writing would take away
  /// file capabilities. Times included.
  Result<> finish_file(sys::BorrowedFd file, const Attributes& attributes);
  /// Anything else by its name: fresh ones with initial_mode(), and directories that were there before. Times
  /// of all but directories, whose times change with what is put into them.
  enum class Made : std::uint8_t { now, before };
  Result<> finish_name(sys::BorrowedFd parent, const std::string& name, sys::FileType type,
                       const Attributes& attributes, Made made);

  /// Files so far whose owner had to become ours.
  std::uint64_t foreign_owners() const { return foreign_owners_; }

 private:
  /// The mode that is to be set, if making the file did not give it already.
  std::uint32_t wanted_mode(const Attributes& attributes, sys::FileType type, bool owner_kept) const;
  bool mode_differs(std::uint32_t wanted, std::uint32_t initial) const;
  bool needs_owner(const Attributes& attributes) const;
  Result<bool> judge_owner(Result<> changed);
  void note_inheritance(const Attributes& attributes, sys::FileType type);

  std::uint32_t uid_ = 0;
  std::uint32_t gid_ = 0;
  std::uint32_t umask_ = 0;
  bool may_chown_ = false;
  bool may_override_ = false;
  /// A directory with the setgid bit or a default ACL exists: what is made in it inherits from it, so nothing
  /// can be taken for granted any more.
  bool inheritance_ = false;
  std::uint64_t foreign_owners_ = 0;
};

}  // namespace corten::snapshot
