#include "image/config_change.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace corten::image {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

oci::ContainerConfig changed(std::initializer_list<std::string_view> instructions) {
  oci::ContainerConfig config;
  for (const auto instruction : instructions) {
    const auto done = apply_config_change(instruction, config);
    EXPECT_TRUE(done) << done.error().message();
  }
  return config;
}

std::string refusal(std::string_view instruction) {
  oci::ContainerConfig config;
  const auto done = apply_config_change(instruction, config);
  EXPECT_FALSE(done) << instruction;
  if (done) return {};
  EXPECT_EQ(done.error().kind(), Errc::invalid_argument);
  EXPECT_EQ(config, oci::ContainerConfig{}) << "a refused change must leave no trace";
  return done.error().message();
}

using Words = std::vector<std::string>;

TEST(ConfigChange, CommandsHaveAJsonAndAShellForm) {
  EXPECT_EQ(changed({R"(CMD ["ls", "-l"])"}).cmd, (Words{"ls", "-l"}));
  EXPECT_EQ(changed({"cmd  ls -l $HOME "}).cmd, (Words{"/bin/sh", "-c", "ls -l $HOME"}));
  EXPECT_EQ(changed({"ENTRYPOINT []"}).entrypoint, Words{});
  EXPECT_EQ(changed({R"(ENTRYPOINT ["/init"])"}).entrypoint, Words{"/init"});
}

TEST(ConfigChange, AShellFormMayBeginWithABracket) {
  EXPECT_EQ(changed({"CMD [ -f /x ] && run"}).cmd, (Words{"/bin/sh", "-c", "[ -f /x ] && run"}));
}

TEST(ConfigChange, WhatLooksLikeJsonAndIsNoneIsRefused) {
  EXPECT_THAT(refusal("CMD ['ls']"), HasSubstr("at character 5: expected a JSON list of strings"));
  EXPECT_THAT(refusal("CMD [1]"), HasSubstr("JSON list"));
}

TEST(ConfigChange, VariablesAreSetAndReplacedInPlace) {
  const auto config = changed({"ENV A=1 B=\"two words\"", "ENV A=3", "ENV C the  rest 'of it'"});
  EXPECT_THAT(config.env, ElementsAre("A=3", "B=two words", "C=the  rest of it"));
}

TEST(ConfigChange, VariablesSetBeforeAreInserted) {
  const auto config = changed({"ENV P=/usr/bin", "ENV P=/x:$P Q='$P' R=\\$P S=${P}s T=$", "WORKDIR $P/sub"});
  EXPECT_THAT(config.env, ElementsAre("P=/x:/usr/bin", "Q=$P", "R=$P", "S=/usr/bins", "T=$"));
  EXPECT_EQ(config.working_dir, "/x:/usr/bin/sub");
}

TEST(ConfigChange, AnUnsetVariableIsEmpty) {
  EXPECT_THAT(changed({"ENV A=x$NOTHING"}).env, ElementsAre("A=x"));
}

TEST(ConfigChange, LabelsMayHaveQuotesAndEqualSigns) {
  EXPECT_THAT(changed({R"(LABEL a=b "c d"="e=f" g='h i')"}).labels,
              ElementsAre(Pair("a", "b"), Pair("c d", "e=f"), Pair("g", "h i")));
}

TEST(ConfigChange, PortsHaveProtocolsAndRanges) {
  EXPECT_THAT(changed({"EXPOSE 80 53/UDP 8000-8002/tcp"}).exposed_ports,
              ElementsAre("53/udp", "80/tcp", "8000/tcp", "8001/tcp", "8002/tcp"));
  EXPECT_THAT(refusal("EXPOSE 80 0"), HasSubstr("at character 11: expected a port from 1 to 65535"));
  EXPECT_THAT(refusal("EXPOSE 9-8"), HasSubstr("ends before it begins"));
  EXPECT_THAT(refusal("EXPOSE 80/icmp"), HasSubstr("tcp, udp or sctp"));
}

TEST(ConfigChange, VolumesAreWordsOrJson) {
  EXPECT_THAT(changed({"VOLUME /a '/b c'"}).volumes, ElementsAre("/a", "/b c"));
  EXPECT_THAT(changed({R"(VOLUME ["/d"])"}).volumes, ElementsAre("/d"));
  EXPECT_THAT(refusal(R"(VOLUME [""])"), HasSubstr("needs a path"));
}

TEST(ConfigChange, WorkingDirectoriesAreRelativeToTheLast) {
  EXPECT_EQ(changed({"WORKDIR /a/b", "WORKDIR ../c/./d/"}).working_dir, "/a/c/d");
  EXPECT_EQ(changed({"WORKDIR x"}).working_dir, "/x");
  EXPECT_EQ(changed({"WORKDIR /../.."}).working_dir, "/");
}

TEST(ConfigChange, UsersAndSignalsAreOneWord) {
  EXPECT_EQ(changed({"USER 1000:1000"}).user, "1000:1000");
  EXPECT_EQ(changed({"STOPSIGNAL SIGRTMIN+3"}).stop_signal, "SIGRTMIN+3");
  EXPECT_THAT(refusal("USER a b"), HasSubstr("at character 8: expected nothing after a user"));
  EXPECT_THAT(refusal("STOPSIGNAL SIGNOTHING"), HasSubstr("expected a signal"));
}

TEST(ConfigChange, HealthchecksHaveOptions) {
  const auto check =
      changed({"HEALTHCHECK --interval=5s --retries=3 --start-period=1m CMD curl -f http://localhost/"})
          .healthcheck;
  ASSERT_TRUE(check);
  EXPECT_EQ(check->test, (Words{"CMD-SHELL", "curl -f http://localhost/"}));
  EXPECT_EQ(check->interval, std::chrono::seconds(5));
  EXPECT_EQ(check->start_period, std::chrono::minutes(1));
  EXPECT_EQ(check->retries, 3);
  EXPECT_EQ(changed({R"(HEALTHCHECK CMD ["/ok"])"}).healthcheck->test, (Words{"CMD", "/ok"}));
  EXPECT_EQ(changed({"HEALTHCHECK none"}).healthcheck->test, Words{"NONE"});
}

TEST(ConfigChange, HealthchecksAreRefusedWithThePlace) {
  EXPECT_THAT(refusal("HEALTHCHECK --interval=x CMD y"), HasSubstr("at character 13"));
  EXPECT_THAT(refusal("HEALTHCHECK --wrong=1 CMD y"), HasSubstr("no option '--wrong'"));
  EXPECT_THAT(refusal("HEALTHCHECK RUN y"), HasSubstr("expected NONE or CMD, found 'RUN'"));
  EXPECT_THAT(refusal("HEALTHCHECK CMD"), HasSubstr("expected a command"));
  EXPECT_THAT(refusal("HEALTHCHECK"), HasSubstr("expected NONE or CMD"));
  EXPECT_THAT(refusal("HEALTHCHECK --interval=1us CMD y"), HasSubstr("at least 1ms"));
}

TEST(ConfigChange, DeferredInstructionsAreKeptAsTyped) {
  EXPECT_THAT(changed({"ONBUILD RUN  make $X"}).on_build, ElementsAre("RUN  make $X"));
  EXPECT_THAT(refusal("ONBUILD FROM x"), HasSubstr("FROM cannot stand after ONBUILD"));
  EXPECT_THAT(refusal("ONBUILD onbuild RUN x"), HasSubstr("ONBUILD cannot stand"));
}

TEST(ConfigChange, OtherInstructionsAreNamedWithWhatThereIs) {
  EXPECT_THAT(refusal("RUN make"), HasSubstr("at character 1: expected one of CMD, ENTRYPOINT"));
  EXPECT_THAT(refusal("COPY a b"), HasSubstr("found 'COPY'"));
  EXPECT_THAT(refusal(""), HasSubstr("expected one of"));
}

TEST(ConfigChange, BadQuotesAreRefusedWithThePlace) {
  EXPECT_THAT(refusal("ENV A=\"open"), HasSubstr("at character 7: the quote \" is not closed"));
  EXPECT_THAT(refusal("ENV A='open"), HasSubstr("the quote ' is not closed"));
  EXPECT_THAT(refusal("ENV A=x\\"), HasSubstr("a backslash needs"));
  EXPECT_THAT(refusal("ENV A=${B:-x}"), HasSubstr("at character 7: expected ${NAME}"));
}

TEST(ConfigChange, PairsNeedANameAndAValue) {
  EXPECT_THAT(refusal("ENV"), HasSubstr("expected NAME=VALUE"));
  EXPECT_THAT(refusal("ENV A"), HasSubstr("expected NAME=VALUE, found 'A'"));
  EXPECT_THAT(refusal("ENV A=1 =2"), HasSubstr("at character 9"));
  EXPECT_THAT(refusal("LABEL A=1 B"), HasSubstr("at character 11"));
}

TEST(ConfigChange, ControlCharactersAreRefused) {
  EXPECT_THAT(refusal("CMD a\nUSER root"), HasSubstr("at character 6"));
  EXPECT_THAT(refusal("CMD \xff"), HasSubstr("UTF-8"));
}

}  // namespace
}  // namespace corten::image
