#include "runtime/default_spec.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "sys/capability_names.hpp"
#include "sys/file.hpp"
#include "sys/run_capture.hpp"
#include "sys/temp.hpp"

namespace corten::runtime {
namespace {

TEST(DefaultSpec, IsReadAsItWasWritten) {
  for (const auto& spec : {default_spec(), default_spec(RootlessUser{.uid = 1000, .gid = 1001})}) {
    const auto again = oci::parse_spec(to_json_text(oci::to_json(spec)));
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(*again, spec);
  }
}

TEST(DefaultSpec, GivesFourteenCapabilitiesAndInheritsNone) {
  const auto capabilities = default_spec().process->capabilities.value();
  EXPECT_EQ(capabilities.bounding.size(), 14U);
  EXPECT_TRUE(sys::read_capability_names(capabilities.bounding).unknown.empty());
  EXPECT_EQ(capabilities.effective, capabilities.bounding);
  EXPECT_EQ(capabilities.permitted, capabilities.bounding);
  EXPECT_TRUE(capabilities.inheritable.empty());
  EXPECT_TRUE(capabilities.ambient.empty());
}

TEST(DefaultSpec, RootlessMapsTheUser) {
  const auto spec = default_spec(RootlessUser{.uid = 1000, .gid = 1001});
  EXPECT_EQ(spec.linux_part->uid_mappings.at(0).host_id, 1000U);
  EXPECT_EQ(spec.linux_part->gid_mappings.at(0).host_id, 1001U);
  EXPECT_NE(spec.linux_part->find_namespace(oci::NamespaceType::user), nullptr);
  EXPECT_EQ(spec.linux_part->find_namespace(oci::NamespaceType::network), nullptr);
}

// What `runc spec` writes here, or nothing.
std::optional<oci::Spec> spec_of_runc(const std::string& runc, bool rootless) {
  const auto tmp = sys::open("/tmp", O_RDONLY | O_DIRECTORY).value();
  const auto dir = sys::TempDir::create(tmp, "corten-runtime-test-").value();
  std::vector<std::string> argv{runc, "spec", "--bundle", sys::describe_path(dir.fd()).value()};
  if (rootless) argv.emplace_back("--rootless");
  if (!sys::run_capture(argv)) return std::nullopt;
  const auto text = sys::read_file(dir.fd(), "config.json", std::size_t{1} << 20U);
  auto spec = text ? oci::parse_spec(*text) : Result<oci::Spec>(std::unexpected(text.error().clone()));
  if (!spec) return std::nullopt;
  return std::move(*spec);
}

bool contains_all(const std::vector<std::string>& more, const std::vector<std::string>& less) {
  return std::ranges::all_of(less,
                             [&](const auto& name) { return std::ranges::find(more, name) != more.end(); });
}

// Takes out of both what is meant to differ, after a look at it.
void expect_known_differences(oci::Spec& ours, oci::Spec& theirs) {
  EXPECT_TRUE(contains_all(ours.linux_part->masked_paths, theirs.linux_part->masked_paths));
  EXPECT_TRUE(contains_all(ours.process->capabilities->bounding, theirs.process->capabilities->bounding));
  for (auto* spec : {&ours, &theirs}) {
    spec->oci_version.clear();
    spec->hostname.clear();
    spec->process->capabilities.reset();
    spec->linux_part->masked_paths.clear();
    // runc has it where cgroup v2 is.
    std::erase_if(spec->linux_part->namespaces,
                  [](const auto& it) { return it.type == oci::NamespaceType::cgroup; });
  }
}

TEST(DefaultSpec, IsWhatRuncWrites) {
  const auto runc = sys::find_program("runc");
  if (!runc) GTEST_SKIP() << "there is no runc to compare with";
  for (const bool rootless : {false, true}) {
    auto theirs = spec_of_runc(*runc, rootless);
    ASSERT_TRUE(theirs) << rootless;
    auto ours =
        rootless ? default_spec(RootlessUser{.uid = ::geteuid(), .gid = ::getegid()}) : default_spec();
    expect_known_differences(ours, *theirs);
    EXPECT_EQ(to_pretty_json_text(oci::to_json(ours)), to_pretty_json_text(oci::to_json(*theirs)));
  }
}

}  // namespace
}  // namespace corten::runtime
