#include "sys/features.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/stat.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>

#include <cerrno>
#include <iterator>

#include "sys/feature_probes.hpp"
#include "sys/file.hpp"
#include "sys/temp.hpp"
#include "sys/xattr.hpp"

namespace corten::sys {

std::string_view to_string(FeatureState state) {
  switch (state) {
    case FeatureState::yes:
      return "yes";
    case FeatureState::no:
      return "no";
    case FeatureState::unknown:
      return "unknown";
  }
  return "unknown";
}

namespace {

Feature probe_kernel() {
  utsname name{};
  Feature feature{.name = "kernel",
                  .state = FeatureState::unknown,
                  .detail = {},
                  .purpose = "everything; 5.11 or newer is recommended"};
  if (::uname(&name) != 0) return feature;
  feature.state = FeatureState::yes;
  feature.detail = fmt::format("{} {} {}", name.sysname, name.release, name.machine);
  return feature;
}

// Shares the blocks of one unnamed file with another.
Feature probe_reflink(BorrowedFd directory) {
  Feature feature{.name = "reflink",
                  .state = FeatureState::unknown,
                  .detail = {},
                  .purpose = "copies of files that take no space and no time"};
  auto from = TempFile::create(directory, ".corten-probe-");
  auto to = TempFile::create(directory, ".corten-probe-");
  if (!from || !to) {
    feature.detail = (from ? to.error() : from.error()).message();
    return feature;
  }
  if (auto written = write_all(from->fd(), as_bytes("corten")); !written) {
    feature.detail = written.error().message();
    return feature;
  }
  if (::ioctl(to->fd().get(), FICLONE, from->fd().get()) == 0) {
    feature.state = FeatureState::yes;
    return feature;
  }
  const int err = errno;
  feature.state = FeatureState::no;
  feature.detail = errno_text(err);
  feature.remedy = "keep the data directory on btrfs or xfs (with reflink=1)";
  return feature;
}

Feature probe_user_xattr(BorrowedFd directory) {
  Feature feature{.name = "user-xattr",
                  .state = FeatureState::unknown,
                  .detail = {},
                  .purpose = "overlay without root keeps whiteouts in attributes"};
  auto file = TempFile::create(directory, ".corten-probe-");
  if (!file) {
    feature.detail = file.error().message();
    return feature;
  }
  const auto set = set_xattr(file->fd(), "user.corten.probe", as_bytes("1"));
  feature.state = set ? FeatureState::yes : FeatureState::no;
  if (!set) feature.detail = set.error().message();
  return feature;
}

}  // namespace

std::vector<Feature> probe_data_directory(PathArg directory) {
  const auto fd = open(directory, O_RDONLY | O_DIRECTORY);
  if (!fd) {
    return {{.name = "data-directory",
             .state = FeatureState::unknown,
             .detail = fd.error().message(),
             .purpose = "where images are kept"}};
  }
  return {probe_reflink(*fd), probe_user_xattr(*fd)};
}

std::vector<Feature> probe_features(PathArg data_directory) {
  std::vector<Feature> all{probe_kernel()};
  for (auto part :
       {probe_system_calls(), probe_namespaces(), probe_host(), probe_data_directory(data_directory)}) {
    for (auto& feature : part) {
      if (feature.state == FeatureState::yes) feature.remedy.clear();
    }
    all.insert(all.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
  }
  return all;
}

}  // namespace corten::sys
