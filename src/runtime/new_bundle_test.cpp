#include "runtime/new_bundle.hpp"

#include <gtest/gtest.h>

#include "oci/runtime_spec/spec.hpp"
#include "sys/file.hpp"
#include "sys/test_support.hpp"

namespace corten::runtime {
namespace {

TEST(NewBundle, WritesASpecificationOnce) {
  const sys::test::ScratchDir dir;
  ASSERT_TRUE(write_new_config(dir.path(), ConfigFor::root));
  const auto text = sys::read_file(dir.fd(), "config.json", 1'000'000);
  ASSERT_TRUE(text);
  const auto spec = oci::parse_spec(*text);
  ASSERT_TRUE(spec) << spec.error().message();
  EXPECT_EQ(spec->process->args, std::vector<std::string>{"sh"});
  const auto again = write_new_config(dir.path(), ConfigFor::root);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind(), Errc::already_exists);
}

TEST(NewBundle, OfAnOrdinaryUserMapsOneId) {
  const sys::test::ScratchDir dir;
  ASSERT_TRUE(write_new_config(dir.path(), ConfigFor::ordinary_user));
  const auto text = sys::read_file(dir.fd(), "config.json", 1'000'000);
  ASSERT_TRUE(text);
  const auto spec = oci::parse_spec(*text);
  ASSERT_TRUE(spec);
  ASSERT_EQ(spec->linux_part->uid_mappings.size(), 1U);
  EXPECT_EQ(spec->linux_part->uid_mappings.front().size, 1U);
}

}  // namespace
}  // namespace corten::runtime
