#include "registry/scope.hpp"

#include <gtest/gtest.h>

namespace corten::registry {
namespace {

TEST(ScopeSet, AsksForWhatARequestNeeds) {
  ScopeSet scopes;
  scopes.add_repository("library/ubuntu", Rights::pull);
  EXPECT_EQ(scopes.to_string(), "repository:library/ubuntu:pull");
  scopes.add_repository("library/ubuntu", Rights::push);
  EXPECT_EQ(scopes.to_string(), "repository:library/ubuntu:pull,push");
  ScopeSet removing;
  removing.add_repository("a", Rights::remove);
  EXPECT_EQ(removing.to_string(), "repository:a:delete,pull");
}

TEST(ScopeSet, AMountNeedsTwoRepositories) {
  ScopeSet scopes;
  scopes.add_repository("z", Rights::push);
  scopes.add_repository("a", Rights::pull);
  EXPECT_EQ(scopes.list(), (std::vector<std::string>{"repository:a:pull", "repository:z:pull,push"}));
}

TEST(ScopeSet, MergesWhatAChallengeAsksFor) {
  ScopeSet scopes;
  scopes.add_repository("a/b", Rights::pull);
  scopes.merge("  repository:a/b:push,pull registry:catalog:* ");
  EXPECT_EQ(scopes.to_string(), "registry:catalog:* repository:a/b:pull,push");
}

TEST(ScopeSet, ANameMayHoldAPort) {
  ScopeSet scopes;
  scopes.merge("repository:host:5000/a:pull");
  scopes.merge("repository:host:5000/a:push");
  EXPECT_EQ(scopes.to_string(), "repository:host:5000/a:pull,push");
}

TEST(ScopeSet, KeepsTextsOfAnotherShape) {
  ScopeSet scopes;
  scopes.merge("aws");
  scopes.merge("repository:x:");
  EXPECT_EQ(scopes.to_string(), "aws repository:x");
  EXPECT_TRUE(ScopeSet().empty());
}

}  // namespace
}  // namespace corten::registry
