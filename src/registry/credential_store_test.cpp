#include "registry/credential_store.hpp"

#include <stop_token>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/config_fixture.hpp"
#include "registry/credential_helper.hpp"

namespace corten::registry {
namespace {

using testing::HasSubstr;
using testing::Not;
using Kept = CredentialStore::Kept;

const Credentials kAlice = {.username = "alice", .password = "s3cret"};

class CredentialStoreTest : public ConfigTest {
 protected:
  void SetUp() override {
    ConfigTest::SetUp();
    old_path_ = std::getenv("PATH");  // check_style: allow(banned) a test's own process
    ::setenv("PATH", (path("bin") + ":" + old_path_).c_str(), 1);
  }
  void TearDown() override {
    ::setenv("PATH", old_path_.c_str(), 1);
    ConfigTest::TearDown();
  }

  CredentialStore open() const {
    auto store = CredentialStore::open(directory_);
    EXPECT_TRUE(store) << error_of(store);
    return std::move(*store);
  }

  // A helper that keeps what it was given in files: one for each address, with the slashes taken out.
  void install_helper(const std::string& name) const {
    constexpr std::string_view kScript = R"sh(#!/bin/sh
cd DIRECTORY
case $1 in
get)
  key=$(tr -d /:)
  test -f $key || { echo "credentials not found in native keychain"; exit 1; }
  cat $key ;;
store)
  text=$(cat)
  printf %s "$text" > $(printf %s "$text" | sed 's/.*"ServerURL":"\([^"]*\)".*/\1/' | tr -d /:) ;;
erase)
  rm $(tr -d /:) ;;
esac
)sh";
    std::string script(kScript);
    script.replace(script.find("DIRECTORY"), std::string_view("DIRECTORY").size(), kept_in(name));
    write("bin/docker-credential-" + name, script, 0755);
    std::filesystem::create_directories(kept_in(name));
  }
  std::string kept_in(const std::string& name) const { return path("kept-" + name); }

  void install_script(const std::string& name, const std::string& script) const {
    write("bin/docker-credential-" + name, "#!/bin/sh\n" + script + "\n", 0755);
  }

  std::string old_path_;
};

TEST_F(CredentialStoreTest, KeepsCredentialsInAPrivateFile) {
  const auto store = open();
  EXPECT_EQ(*store.find("ghcr.io"), std::nullopt);
  EXPECT_EQ(*store.save("ghcr.io", kAlice), Kept::file);
  EXPECT_EQ(**store.find("ghcr.io"), kAlice);
  EXPECT_EQ(mode("config.json"), 0600U);
  EXPECT_TRUE(*store.erase("ghcr.io"));
  EXPECT_FALSE(*store.erase("ghcr.io"));
  EXPECT_EQ(*store.find("ghcr.io"), std::nullopt);
}

TEST_F(CredentialStoreTest, MakesTheDirectoryForItsOwnerOnly) {
  const auto store = CredentialStore::open(path("home/.docker"));
  ASSERT_TRUE(store);
  ASSERT_FALSE(std::filesystem::exists(path("home")));
  EXPECT_FALSE(*store->erase("ghcr.io"));
  ASSERT_FALSE(std::filesystem::exists(path("home")));
  ASSERT_TRUE(store->save("ghcr.io", kAlice));
  EXPECT_EQ(mode("home/.docker"), 0700U);
}

TEST_F(CredentialStoreTest, LeavesNothingElseBehind) {
  ASSERT_TRUE(open().save("ghcr.io", kAlice));
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    names.push_back(entry.path().filename());
  }
  EXPECT_THAT(names, testing::ElementsAre("config.json"));
}

TEST_F(CredentialStoreTest, NeverOpensAFileFurther) {
  write("config.json", "{}", 0400);
  ASSERT_TRUE(open().save("ghcr.io", kAlice));
  EXPECT_EQ(mode("config.json"), 0400U);
  ::chmod(path("config.json").c_str(), 0644);
  ASSERT_TRUE(open().save("quay.io", kAlice));
  EXPECT_EQ(mode("config.json"), 0600U);
}

TEST_F(CredentialStoreTest, WritesThroughSymlinks) {
  write("dotfiles/docker.json", R"({"psFormat": "x"})");
  std::filesystem::create_symlink("dotfiles/link", path("config.json"));
  std::filesystem::create_symlink("docker.json", path("dotfiles/link"));
  ASSERT_TRUE(open().save("ghcr.io", kAlice));
  EXPECT_TRUE(std::filesystem::is_symlink(path("config.json")));
  EXPECT_TRUE(std::filesystem::is_symlink(path("dotfiles/link")));
  EXPECT_THAT(read("dotfiles/docker.json"), HasSubstr("psFormat"));
  EXPECT_THAT(read("dotfiles/docker.json"), HasSubstr("ghcr.io"));
}

TEST_F(CredentialStoreTest, WritesThroughAbsoluteAndDanglingSymlinks) {
  std::filesystem::create_directory(path("there"));
  std::filesystem::create_symlink(path("there/config"), path("config.json"));
  ASSERT_TRUE(open().save("ghcr.io", kAlice));
  EXPECT_THAT(read("there/config"), HasSubstr("ghcr.io"));
}

TEST_F(CredentialStoreTest, ALoopOfSymlinksIsAnError) {
  std::filesystem::create_symlink("config.json", path("config.json"));
  EXPECT_FALSE(CredentialStore::open(directory_));
}

TEST_F(CredentialStoreTest, ADamagedFileIsNotReplaced) {
  const auto store = open();
  write("config.json", "{\"auths\": ");
  const auto saved = store.save("ghcr.io", kAlice);
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().kind(), Errc::data_loss);
  EXPECT_EQ(read("config.json"), "{\"auths\": ");
  EXPECT_FALSE(CredentialStore::open(directory_));
}

TEST_F(CredentialStoreTest, ManyWritersLoseNothing) {
  const auto store = open();
  std::vector<std::jthread> writers;
  for (int i = 0; i < 8; ++i) {
    writers.emplace_back([&, i] { EXPECT_TRUE(store.save(fmt::format("r{}.example", i), kAlice)); });
  }
  writers.clear();
  for (int i = 0; i < 8; ++i) EXPECT_EQ(**store.find(fmt::format("r{}.example", i)), kAlice) << i;
}

TEST_F(CredentialStoreTest, AHelperKeepsThemInsteadOfTheFile) {
  install_helper("box");
  write("config.json", R"({"credsStore": "box", "auths": {"ghcr.io": {"auth": "YWxpY2U6czNjcmV0"}}})");
  const auto store = open();
  EXPECT_EQ(*store.find("ghcr.io"), std::nullopt) << "the helper decides, as in Docker";
  EXPECT_EQ(*store.save("ghcr.io", kAlice), Kept::helper);
  EXPECT_THAT(read("config.json"), HasSubstr("\"ghcr.io\": {}"));
  EXPECT_EQ(**store.find("ghcr.io"), kAlice);
  EXPECT_TRUE(*store.erase("ghcr.io"));
  EXPECT_THAT(read("config.json"), HasSubstr("\"auths\": {}"));
  EXPECT_FALSE(*store.erase("ghcr.io"));
}

TEST_F(CredentialStoreTest, ARegistrysOwnHelperGoesBeforeTheDefaultOne) {
  install_helper("own");
  write("config.json", R"({"credsStore": "missing", "credHelpers": {"https://index.docker.io/v1/": "own"}})");
  const auto store = open();
  const Credentials token = {.username = "", .password = "", .identity_token = "refresh"};
  EXPECT_EQ(*store.save("docker.io", token), Kept::helper);
  EXPECT_EQ(**store.find("docker.io"), token);
  EXPECT_THAT(read("kept-own/httpsindex.docker.iov1"), HasSubstr(R"("Username":"<token>")"));
}

TEST_F(CredentialStoreTest, AMissingHelperIsAnErrorWithItsNameAndAdvice) {
  write("config.json", R"({"credsStore": "nowhere"})");
  const auto found = open().find("ghcr.io");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message(), "credential helper 'docker-credential-nowhere' is not installed");
  EXPECT_THAT(std::string(found.error().hint()), HasSubstr("credsStore"));
}

TEST_F(CredentialStoreTest, AHelperIsNoPath) {
  for (const auto* name : {"../x", "a/b", "a b", "$(id)", ""}) {
    EXPECT_FALSE(CredentialHelper::create(name)) << name;
  }
  write("config.json", R"({"credsStore": "../../tmp/evil"})");
  EXPECT_THAT(error_of(open().find("ghcr.io")),
              HasSubstr("config.json: '../../tmp/evil' is not the name of a credential helper"));
}

TEST_F(CredentialStoreTest, AFailingHelperIsQuotedWithoutTheSecret) {
  install_script("bad", "read text; echo \"cannot keep $text\"; echo more; exit 1");
  write("config.json", R"({"credsStore": "bad"})");
  const auto saved = open().save("ghcr.io", kAlice);
  EXPECT_THAT(error_of(saved), HasSubstr("'docker-credential-bad' failed to store: cannot keep {"));
  EXPECT_THAT(error_of(saved), Not(HasSubstr("s3cret")));
  EXPECT_THAT(error_of(saved), Not(HasSubstr("more")));
  EXPECT_EQ(read("config.json"), R"({"credsStore": "bad"})");
}

TEST_F(CredentialStoreTest, AnAnswerThatIsNotTheProtocolsIsNotShown) {
  for (const auto* answer : {"s3cret", R"([{"Secret":"s3cret"}])", R"({"Username":1,"Secret":"s3cret"})"}) {
    install_script("odd", fmt::format("echo '{}'", answer));
    write("config.json", R"({"credsStore": "odd"})");
    EXPECT_EQ(error_of(open().find("ghcr.io")),
              "credential helper 'docker-credential-odd' answered something else than its protocol's JSON");
  }
}

TEST_F(CredentialStoreTest, AHelperThatHangsIsEnded) {
  install_script("slow", "exec sleep 60");
  const auto helper = CredentialHelper::create("slow", {}, std::chrono::milliseconds(50));
  ASSERT_TRUE(helper);
  const auto found = helper->get("ghcr.io");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind(), Errc::unavailable);
  EXPECT_THAT(error_of(found), HasSubstr("asking credential helper 'docker-credential-slow'"));
}

TEST_F(CredentialStoreTest, AHelperThatHangsIsEndedOnRequest) {
  install_script("slow", "exec sleep 60");
  write("config.json", R"({"credsStore": "slow"})");
  std::stop_source stop;
  const std::jthread user([&stop] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    stop.request_stop();
  });
  const auto found = open().find("ghcr.io", stop.get_token());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind(), Errc::canceled);
}

TEST_F(CredentialStoreTest, DockerConfigNamesTheDirectory) {
  ::setenv("DOCKER_CONFIG", "/somewhere", 1);
  EXPECT_EQ(*CredentialStore::default_directory(), "/somewhere");
  ::setenv("DOCKER_CONFIG", "", 1);
  ::setenv("HOME", "/home/alice", 1);
  EXPECT_EQ(*CredentialStore::default_directory(), "/home/alice/.docker");
  ::unsetenv("DOCKER_CONFIG");
}

}  // namespace
}  // namespace corten::registry
