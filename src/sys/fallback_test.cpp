// The fallbacks as a host would force them: a seccomp filter says that the newer calls do not exist, or, as
// old filters do, that they are not permitted.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include <cerrno>

#include "sys/copy.hpp"
#include "sys/features.hpp"
#include "sys/file.hpp"
#include "sys/mount.hpp"
#include "sys/names.hpp"
#include "sys/openat2.hpp"
#include "sys/process.hpp"
#include "sys/run_capture.hpp"
#include "sys/socket.hpp"
#include "sys/test_support.hpp"
#include "sys/xattr.hpp"

namespace corten::sys {
namespace {

using test::ScratchDir;

constexpr long kXattratCalls[] = {463, 464, 465, 466};

class Denied : public testing::TestWithParam<int> {
 protected:
  static std::string deny(std::initializer_list<long> calls) {
    return test::deny_system_calls(calls, GetParam());
  }
};

TEST_P(Denied, Openat2LeavesTheWalk) {
  EXPECT_CHILD_PASSES([] {
    const ScratchDir dir;
    dir.mkdir("root");
    dir.write("secret", "outside");
    dir.write("root/f", "inside");
    dir.symlink("/f", "root/l");
    if (auto bad = deny({SYS_openat2}); !bad.empty()) return bad;
    const auto root = openat(dir.fd(), "root", O_PATH).value();
    CHILD_CHECK(read_all(open_in_root(root, "../l", O_RDONLY).value(), 100).value() == "inside");
    CHILD_CHECK(open_in_root(root, "../secret", O_RDONLY).error().errnum() == ENOENT);
    CHILD_TRY(mkdir_all_in_root(root, "x/y", 0755));
    return std::string();
  });
}

TEST_P(Denied, Clone3AndCloseRangeLeaveForkAndProc) {
  EXPECT_CHILD_PASSES([] {
    if (auto bad = deny({SYS_clone3, SYS_close_range, SYS_pidfd_open}); !bad.empty()) return bad;
    const UniqueFd leak(::fcntl(0, F_DUPFD, 60));
    const auto ran = run_capture({"sh", "-c", "ls /proc/self/fd | tr '\\n' ' '"});
    CHILD_TRY(ran);
    CHILD_CHECK(ran->output == "0 1 2 3 ");
    CHILD_CHECK(!spawn({.argv = {"/no/such/program"}}));
    return std::string();
  });
}

TEST_P(Denied, MountCallsLeaveMount2) {
  EXPECT_CHILD_PASSES([] {
    if (auto bad = test::enter_private_mounts(); !bad.empty()) return bad;
    const ScratchDir dir;
    dir.mkdir("from");
    dir.mkdir("to");
    dir.mkdir("tmp");
    if (auto bad = deny({SYS_fsopen, SYS_open_tree, SYS_move_mount, SYS_mount_setattr}); !bad.empty())
      return bad;
    const auto at = [&](const char* name) { return openat(dir.fd(), name, O_PATH).value(); };
    CHILD_TRY(mount_filesystem(at("tmp"), {.type = "tmpfs", .options = {{"ro"}}}));
    CHILD_CHECK(mkdirat(dir.fd(), "tmp/x", 0755).error().errnum() == EROFS);
    CHILD_TRY(bind_mount(at("from"), at("to"), {.attributes = MOUNT_ATTR_RDONLY}));
    CHILD_CHECK(mkdirat(dir.fd(), "to/x", 0755).error().errnum() == EROFS);
    CHILD_TRY(mkdirat(dir.fd(), "from/x", 0755));
    for (const char* name : {"to", "tmp"}) CHILD_TRY(unmount(dir.path(name), MNT_DETACH));
    return std::string();
  });
}

TEST_P(Denied, CopyFileRangeLeavesOtherWays) {
  EXPECT_CHILD_PASSES([] {
    const ScratchDir dir;
    dir.write("from", "text");
    if (auto bad = deny({SYS_copy_file_range}); !bad.empty()) return bad;
    const auto from = openat(dir.fd(), "from", O_RDONLY).value();
    const auto to = openat(dir.fd(), "to", O_WRONLY | O_CREAT, 0644).value();
    const auto copied = copy_file(from, to, {.reflink = false});
    CHILD_TRY(copied);
    CHILD_CHECK(copied->method == CopyMethod::sendfile);
    CHILD_CHECK(dir.read("to") == "text");
    return std::string();
  });
}

TEST_P(Denied, XattratLeavesProc) {
  EXPECT_CHILD_PASSES([] {
    const ScratchDir dir;
    dir.write("f", "");
    if (!set_xattr(dir.fd(), "f", "user.x", as_bytes("1"))) return std::string("skip: no user.* attributes");
    if (auto bad = deny({kXattratCalls[0], kXattratCalls[1], kXattratCalls[2], kXattratCalls[3]});
        !bad.empty()) {
      return bad;
    }
    CHILD_CHECK(find_xattr(dir.fd(), "f", "user.x").value() == "1");
    CHILD_TRY(set_xattr(dir.fd(), "f", "user.y", as_bytes("2")));
    CHILD_CHECK(list_xattrs(dir.fd(), "f").value().size() == 2);
    return std::string();
  });
}

TEST_P(Denied, MissingCallsAreReportedAsFeatures) {
  EXPECT_CHILD_PASSES([] {
    if (auto bad = deny({SYS_openat2, SYS_clone3, SYS_landlock_create_ruleset}); !bad.empty()) return bad;
    int seen = 0;
    for (const auto& feature : probe_features("/tmp")) {
      if (feature.name != "openat2" && feature.name != "clone3" && feature.name != "landlock") continue;
      ++seen;
      if (feature.state == FeatureState::yes || feature.remedy.empty()) return "wrong about " + feature.name;
    }
    CHILD_CHECK(seen == 3);
    return std::string();
  });
}

INSTANTIATE_TEST_SUITE_P(BySeccomp, Denied, testing::Values(ENOSYS, EPERM),
                         [](const auto& way) { return way.param == ENOSYS ? "ENOSYS" : "EPERM"; });

}  // namespace
}  // namespace corten::sys
