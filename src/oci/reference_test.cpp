#include "oci/reference.hpp"

#include <rapidcheck.h>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace corten::oci {
namespace {

const std::string any_hex = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c";
const std::string any_digest = "sha256:" + any_hex;

std::string error_of(std::string_view text) {
  const auto reference = Reference::parse(text);
  return reference ? "" : reference.error().message();
}

struct Vector {
  std::string typed;
  std::string canonical;
  std::string familiar;
};

TEST(Reference, NormalisesAsDockerDoes) {
  const Vector vectors[] = {
      {"ubuntu", "docker.io/library/ubuntu:latest", "ubuntu:latest"},
      {"ubuntu:22.04", "docker.io/library/ubuntu:22.04", "ubuntu:22.04"},
      {"user/x", "docker.io/user/x:latest", "user/x:latest"},
      {"library/ubuntu", "docker.io/library/ubuntu:latest", "ubuntu:latest"},
      {"library/a/b", "docker.io/library/a/b:latest", "library/a/b:latest"},
      {"docker.io/ubuntu", "docker.io/library/ubuntu:latest", "ubuntu:latest"},
      {"index.docker.io/user/x:1", "docker.io/user/x:1", "user/x:1"},
      {"index.docker.io/ubuntu", "docker.io/library/ubuntu:latest", "ubuntu:latest"},
      {"localhost", "docker.io/library/localhost:latest", "localhost:latest"},
      {"localhost:5000", "docker.io/library/localhost:5000", "localhost:5000"},
      {"localhost/x", "localhost/x:latest", "localhost/x:latest"},
      {"localhost:5000/x", "localhost:5000/x:latest", "localhost:5000/x:latest"},
      {"host:5000/a/b/c:v1", "host:5000/a/b/c:v1", "host:5000/a/b/c:v1"},
      {"127.0.0.1:5000/x", "127.0.0.1:5000/x:latest", "127.0.0.1:5000/x:latest"},
      {"[::1]:5000/x", "[::1]:5000/x:latest", "[::1]:5000/x:latest"},
      {"[fd00:1:2::3]/x", "[fd00:1:2::3]/x:latest", "[fd00:1:2::3]/x:latest"},
      {"nvcr.io/nvidia/cuda:12.4.1-base-ubuntu22.04", "nvcr.io/nvidia/cuda:12.4.1-base-ubuntu22.04",
       "nvcr.io/nvidia/cuda:12.4.1-base-ubuntu22.04"},
      {"My-Registry.Example.com/x", "My-Registry.Example.com/x:latest", "My-Registry.Example.com/x:latest"},
      {"x@" + any_digest, "docker.io/library/x@" + any_digest, "x@" + any_digest},
      {"x:1@" + any_digest, "docker.io/library/x:1@" + any_digest, "x:1@" + any_digest},
      {"a_b/c__d/e---f/g.h", "docker.io/a_b/c__d/e---f/g.h:latest", "a_b/c__d/e---f/g.h:latest"},
      {"x:_Tag.1-2", "docker.io/library/x:_Tag.1-2", "x:_Tag.1-2"},
      {"docker.io/a.b/c", "docker.io/a.b/c:latest", "docker.io/a.b/c:latest"},
      {"docker.io/localhost/c", "docker.io/localhost/c:latest", "docker.io/localhost/c:latest"},
      {"docker.io/library/" + any_hex, "docker.io/library/" + any_hex + ":latest",
       "docker.io/" + any_hex + ":latest"},
      {any_digest, "docker.io/library/" + any_digest, any_digest},
  };
  for (const auto& [typed, canonical, familiar] : vectors) {
    const auto reference = Reference::parse(typed);
    ASSERT_TRUE(reference) << reference.error().message();
    EXPECT_EQ(reference->canonical(), canonical) << typed;
    EXPECT_EQ(reference->familiar(), familiar) << typed;
  }
}

TEST(Reference, PartsAreKeptApart) {
  const auto reference = Reference::parse("host:5000/a/b:v1@" + any_digest).value();
  EXPECT_EQ(reference.registry(), "host:5000");
  EXPECT_EQ(reference.repository(), "a/b");
  EXPECT_EQ(reference.tag(), "v1");
  EXPECT_EQ(reference.digest()->hex(), any_hex);
  EXPECT_EQ(reference.name(), "host:5000/a/b");
  EXPECT_EQ(reference.familiar_name(), "host:5000/a/b");
}

TEST(Reference, TheTagIsImpliedOnlyWhenAsked) {
  const auto reference = Reference::parse("ubuntu", ImpliedTag::none).value();
  EXPECT_EQ(reference.tag(), std::nullopt);
  EXPECT_EQ(reference.familiar(), "ubuntu");
  EXPECT_EQ(Reference::parse("x@" + any_digest)->tag(), std::nullopt);
}

TEST(Reference, CanBePinnedAndRetagged) {
  const auto reference = Reference::parse("ubuntu").value();
  EXPECT_EQ(reference.with_digest(Digest::parse(any_digest).value()).familiar(),
            "ubuntu:latest@" + any_digest);
  EXPECT_EQ(reference.with_tag("22.04")->familiar(), "ubuntu:22.04");
  EXPECT_EQ(reference.without_version().canonical(), "docker.io/library/ubuntu");
  EXPECT_EQ(reference.with_tag("a/b").error().message(),
            "invalid tag 'a/b': position 2: expected a letter, a digit or one of '_', '.', '-' of a tag, "
            "found '/'");
}

TEST(Reference, CapitalsAreRefusedWithTheLowerCaseForm) {
  const std::pair<const char*, const char*> vectors[] = {
      {"Ubuntu", "ubuntu"},
      {"Ubuntu:22.04-LTS", "ubuntu:22.04-LTS"},
      {"NVIDIA/cuda", "nvidia/cuda"},
      {"test:5000/Uppercase/lowercase:Tag", "test:5000/uppercase/lowercase:Tag"},
      {"Host.Example/aB", "Host.Example/ab"},
  };
  for (const auto& [typed, suggested] : vectors) {
    const auto reference = Reference::parse(typed);
    ASSERT_FALSE(reference) << typed;
    EXPECT_EQ(reference.error().hint(), "did you mean '" + std::string(suggested) + "'?");
  }
  EXPECT_EQ(error_of("a/bC"),
            "invalid reference 'a/bC': position 4: expected lower-case letters in the repository, found 'C'");
}

TEST(Reference, ErrorsNamePositionAndExpectation) {
  constexpr std::string_view kWanted = "expected a lower-case letter or a digit, found ";
  const std::pair<std::string, std::string> vectors[] = {
      {"a..b", fmt::format("position 3: {}'.'", kWanted)},
      {"a___b", fmt::format("position 4: {}'_'", kWanted)},
      {"a_-b", fmt::format("position 3: {}'-'", kWanted)},
      {"a-", fmt::format("position 3: {}the end", kWanted)},
      {"-a", fmt::format("position 1: {}'-'", kWanted)},
      {"a//b", fmt::format("position 3: {}'/'", kWanted)},
      {"/a", fmt::format("position 1: {}'/'", kWanted)},
      {"a/", fmt::format("position 3: {}the end", kWanted)},
      {"host:5000/", fmt::format("position 11: {}the end", kWanted)},
      {"a b", "position 2: expected a lower-case letter, a digit or one of '.', '_', '-', '/', found ' '"},
      {"a:", "position 3: expected a tag, found the end"},
      {"a:-x", "position 3: expected a letter, a digit or '_' of a tag, found '-'"},
      {"a:b:c", "position 2: expected a lower-case letter, a digit or one of '.', '_', '-', '/', found ':'"},
      {"host:port/x", "position 6: expected a digit of the port, found 'p'"},
      {"host:/x", "position 6: expected a port, found the end"},
      {"host:99999/x", "position 6: expected a port of at most 65535"},
      {"-host.a/x", "position 1: expected a letter or a digit of a registry's host name, found '-'"},
      {"a..b/x", "position 3: expected a letter or a digit of a registry's host name, found '.'"},
      {"[::1/x", "position 5: expected ']' after an IPv6 address, found the end"},
      {"[::1]x/x", "position 6: expected ':' and a port or '/', found 'x'"},
      {"[::g]:1/x", "position 4: expected a hexadecimal digit, ':' or ']' of an IPv6 address, found 'g'"},
      {"a\x1b[31m",
       "position 2: expected a lower-case letter, a digit or one of '.', '_', '-', '/', found '\\x1b'"},
  };
  for (const auto& [typed, problem] : vectors) {
    EXPECT_TRUE(error_of(typed).ends_with("': " + problem)) << typed << " gave " << error_of(typed);
  }
}

TEST(Reference, LengthsAreLimited) {
  EXPECT_TRUE(Reference::parse("host.a/" + std::string(255, 'a')));
  EXPECT_TRUE(error_of("host.a/" + std::string(256, 'a')).ends_with("at most 255 bytes, found 256"));
  // "library/" counts.
  EXPECT_FALSE(Reference::parse(std::string(248, 'a')));
  EXPECT_TRUE(Reference::parse(std::string(247, 'a')));
  EXPECT_TRUE(Reference::parse("a:" + std::string(128, 'a')));
  EXPECT_TRUE(error_of("a:" + std::string(129, 'a')).ends_with("at most 128 bytes, found 129"));
  EXPECT_LT(error_of(std::string(1'000'000, 'a')).size(), 200U);
}

TEST(Reference, CommonMistakesHaveTheirOwnAnswer) {
  const auto url = Reference::parse("https://ghcr.io/a/b");
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().hint(), "did you mean 'ghcr.io/a/b'?");
  const auto id = Reference::parse(any_hex);
  ASSERT_FALSE(id);
  EXPECT_TRUE(id.error().message().ends_with("are an image ID, not a name"));
  EXPECT_EQ(error_of(""), "invalid reference '': expected an image's name");
  EXPECT_EQ(error_of("a@sha256:12"),
            "invalid reference 'a@sha256:12': digest 'sha256:12': expected 64 hexadecimal digits after "
            "'sha256:', found 2");
  EXPECT_EQ(Reference::parse("a@md5:12").error().kind(), Errc::unsupported);
}

TEST(Reference, SortsByRegistryRepositoryAndTag) {
  EXPECT_LT(Reference::parse("a:1").value(), Reference::parse("b:0").value());
  EXPECT_LT(Reference::parse("a").value(), Reference::parse("ghcr.io/a").value());
  EXPECT_EQ(std::hash<Reference>()(Reference::parse("a").value()),
            std::hash<Reference>()(Reference::parse("docker.io/library/a:latest").value()));
}

// Well-formed parts, joined at random.
rc::Gen<std::string> component() {
  const auto word =
      rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::elementOf(std::string("abz059"))));
  const auto separator = rc::gen::element<std::string>("", ".", "_", "__", "-", "---");
  return rc::gen::map(rc::gen::tuple(word, separator, word), [](const auto& parts) {
    return std::get<0>(parts) + std::get<1>(parts) + std::get<2>(parts);
  });
}

std::string any_reference() {
  std::string text =
      *rc::gen::element<std::string>("", "localhost/", "host:80/", "[::1]:5000/", "ghcr.io/", "docker.io/",
                                     "library/", "index.docker.io/", "docker.io/library/");
  const auto count = *rc::gen::inRange(1, 4);
  for (int i = 0; i < count; ++i) text += (i > 0 ? "/" : "") + *component();
  if (*rc::gen::arbitrary<bool>()) text += ":" + *rc::gen::element<std::string>("1", "latest", "_A.b-C");
  if (*rc::gen::arbitrary<bool>()) text += "@" + any_digest;
  return text;
}

RC_GTEST_PROP(ReferenceProperty, BothFormsReadBackAsTheSame, ()) {
  const auto text = any_reference();
  const auto reference = Reference::parse(text, ImpliedTag::none);
  RC_PRE(reference.has_value());  // 64 digits, or over the length
  RC_ASSERT(Reference::parse(reference->canonical(), ImpliedTag::none).value() == *reference);
  RC_ASSERT(Reference::parse(reference->familiar(), ImpliedTag::none).value() == *reference);
}

RC_GTEST_PROP(ReferenceProperty, AnyTextIsReadOrRefused, (const std::string& text)) {
  const auto reference = Reference::parse(text);
  if (reference) RC_ASSERT(Reference::parse(reference->canonical()).value() == *reference);
}

}  // namespace
}  // namespace corten::oci
