#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/strings.hpp"
#include "image/bootstrap/apt_sources.hpp"
#include "image/bootstrap/bootstrap.hpp"

namespace corten::image {
namespace {

constexpr std::array<std::string_view, 8> kVariants = {"minbase",   "apt",      "essential", "buildd",
                                                       "important", "standard", "required",  "debootstrap"};

// Architectures of Debian by the names of Go (dpkg-architecture(1); golang.org/doc/install/source).
struct ArchitectureName {
  std::string_view debian;
  std::string_view go;
  std::string_view variant;
};
constexpr std::array kArchitectures = {
    ArchitectureName{"amd64", "amd64", ""},       ArchitectureName{"arm64", "arm64", ""},
    ArchitectureName{"armel", "arm", "v5"},       ArchitectureName{"armhf", "arm", "v7"},
    ArchitectureName{"i386", "386", ""},          ArchitectureName{"loong64", "loong64", ""},
    ArchitectureName{"mips64el", "mips64le", ""}, ArchitectureName{"ppc64el", "ppc64le", ""},
    ArchitectureName{"riscv64", "riscv64", ""},   ArchitectureName{"s390x", "s390x", ""},
};

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// Names of suites and packages become arguments and parts of lines: letters, digits and a few marks, as
// deb-control(5) allows them, not a dash first.
Result<> check_name(std::string_view what, std::string_view name, std::string_view marks) {
  const auto allowed = [marks](char c) {
    return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || marks.find(c) != std::string_view::npos;
  };
  const auto bad = std::ranges::find_if_not(name, allowed);
  if (name.empty() || name.size() > 200 || !is_lower_or_digit(to_lower(name).front()) || bad != name.end()) {
    return fail(Errc::invalid_argument, "'{}' is no {}: expected letters, digits and any of '{}'",
                printable(name), what, marks);
  }
  return {};
}

Result<> check_mirror(std::string_view mirror) {
  if (!is_apt_uri(mirror)) {
    return fail(Errc::invalid_argument, "'{}' is no mirror: expected an URL as http://HOST/debian",
                printable(mirror));
  }
  return {};
}

Result<oci::Platform> platform_of(std::string_view architecture) {
  if (architecture.empty()) return platform_of_new_images();
  const auto* const known = std::ranges::find(kArchitectures, architecture, &ArchitectureName::debian);
  if (known != kArchitectures.end()) {
    return oci::Platform{
        .os = "linux", .architecture = std::string(known->go), .variant = std::string(known->variant)};
  }
  std::vector<std::string> names;
  names.reserve(kArchitectures.size());
  for (const auto& name : kArchitectures) names.emplace_back(name.debian);
  return with_hint(fail(Errc::invalid_argument, "'{}' is no architecture of Debian", printable(architecture)),
                   "one of {}", join(names, ", "));
}

Result<std::vector<std::string>> source_lines(const BootstrapOptions& options, const std::string& etc_apt) {
  if (options.mirrors.empty()) {
    const auto sources = TRY(load_apt_sources(etc_apt));
    return choose_source_lines(sources, options.suite);
  }
  std::vector<AptSource> sources;
  std::vector<std::string> lines;
  for (const auto& mirror : options.mirrors) {
    TRY(check_mirror(mirror));
    const std::vector<AptSource> source = {
        {.uris = {mirror}, .suites = {options.suite}, .components = {"main"}}};
    auto chosen = TRY(choose_source_lines(source, options.suite));
    lines.push_back(std::move(chosen.front()));
  }
  return lines;
}

}  // namespace

Result<BootstrapOptions> parse_bootstrap_target(std::string_view text) {
  const auto parts = cut(text, ':');
  if (!parts || parts->before.empty() || parts->after.empty()) {
    return with_hint(fail(Errc::invalid_argument, "expected DISTRIBUTION:SUITE, found '{}'", printable(text)),
                     "for example debian:bookworm");
  }
  BootstrapOptions options;
  options.distribution = parts->before;
  options.suite = parts->after;
  TRY(check_name("suite", options.suite, "-.+"));
  options.name = TRY(oci::Reference::parse(text));
  return options;
}

Result<BootstrapPlan> plan_bootstrap(const BootstrapOptions& options, const std::string& etc_apt) {
  TRY(check_name("suite", options.suite, "-.+"));
  if (std::ranges::find(kVariants, options.variant) == kVariants.end()) {
    return with_hint(fail(Errc::invalid_argument, "'{}' is no variant", printable(options.variant)),
                     "one of {}", fmt::format("{}", fmt::join(kVariants, ", ")));
  }
  // deb-control(5): package names have + - . ; ":arch" and "/suite" are apt's.
  for (const auto& package : options.packages) TRY(check_name("package", package, "+-.:/="));
  auto platform = TRY(platform_of(options.architecture));
  auto sources = TRY(source_lines(options, etc_apt));

  std::vector<std::string> command = {"mmdebstrap", "--format=tar", "--variant=" + options.variant};
  if (options.quiet) command.emplace_back("--quiet");
  if (!options.architecture.empty()) command.push_back("--architectures=" + options.architecture);
  if (!options.packages.empty()) {
    auto packages = options.packages;
    std::ranges::sort(packages);
    command.push_back("--include=" + join(packages, ","));
  }
  command.push_back(options.suite);
  command.emplace_back("-");
  command.insert(command.end(), sources.begin(), sources.end());
  auto name = options.name ? Result<oci::Reference>(*options.name)
                           : oci::Reference::parse(options.distribution + ":" + options.suite);
  if (!name) return std::unexpected(std::move(name).error());
  return BootstrapPlan{.command = std::move(command),
                       .sources = std::move(sources),
                       .platform = std::move(platform),
                       .name = std::move(*name)};
}

}  // namespace corten::image
