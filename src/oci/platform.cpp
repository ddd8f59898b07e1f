#include "oci/platform.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/strings.hpp"
#include "oci/json_fields.hpp"

namespace corten::oci {
namespace {

constexpr std::array<std::string_view, 12> kOperatingSystems{"aix",     "android", "darwin",  "dragonfly",
                                                             "freebsd", "illumos", "linux",   "netbsd",
                                                             "openbsd", "plan9",   "solaris", "windows"};
constexpr std::array<std::string_view, 14> kArchitectures{
    "386",      "amd64",  "arm",   "arm64",   "loong64", "mips",  "mips64",
    "mips64le", "mipsle", "ppc64", "ppc64le", "riscv64", "s390x", "wasm"};

struct ArchAlias {
  std::string_view name;
  std::string_view architecture;
  std::string_view variant;
};
constexpr std::array<ArchAlias, 10> kAliases{{
    {"aarch64", "arm64", ""},
    {"armel", "arm", "v6"},
    {"armhf", "arm", "v7"},
    {"armv6l", "arm", "v6"},
    {"armv7l", "arm", "v7"},
    {"armv8l", "arm", "v8"},
    {"i386", "386", ""},
    {"i686", "386", ""},
    {"loongarch64", "loong64", ""},
    {"x86_64", "amd64", ""},
}};

bool is_part_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == '-';
}

std::unexpected<Error> refuse(std::string_view text, std::size_t position, std::string_view problem) {
  constexpr std::size_t kMaxShown = 80;
  return with_hint(fail(Errc::invalid_argument, "platform '{}': position {}: {}",
                        printable(text.substr(0, kMaxShown)), position + 1, problem),
                   "a platform is 'os/architecture' or 'os/architecture/variant', such as 'linux/arm64'");
}

// Splits "os(version)"; the parenthesis is containerd's way to ask for one build of Windows.
Result<Platform> parse_os(std::string_view part, std::string_view text) {
  Platform platform;
  const auto open = part.find('(');
  platform.os = std::string(part.substr(0, open));
  if (open == std::string_view::npos) return platform;
  if (part.find_first_of("()", open + 1) != part.size() - 1 || part.size() == open + 2) {
    return refuse(text, open, "expected a version and ')' after '('");
  }
  platform.os_version = std::string(part.substr(open + 1, part.size() - open - 2));
  return platform;
}

Result<> check_parts(const std::vector<std::string_view>& parts, std::string_view text) {
  for (const auto part : parts) {
    const auto start = static_cast<std::size_t>(part.data() - text.data());
    if (part.empty()) return refuse(text, start, "expected a name, found nothing");
    for (std::size_t i = 0; i < part.size(); ++i) {
      const bool bracket = start == 0 && i > 0 && (part[i] == '(' || part[i] == ')');
      if (is_part_character(part[i]) || bracket) continue;
      return refuse(text, start + i,
                    fmt::format("expected a letter, a digit, '_', '.' or '-', found '{}'",
                                printable(part.substr(i, 1))));
    }
  }
  return {};
}

// One word is an operating system or an architecture, whichever is known.
Result<Platform> parse_single(std::string_view part, std::string_view text, const Platform& host) {
  auto platform = TRY(parse_os(part, text));
  platform = normalize(std::move(platform));
  if (std::ranges::find(kOperatingSystems, platform.os) != kOperatingSystems.end()) {
    platform.architecture = host.architecture;
    platform.variant = host.variant;
    return platform;
  }
  auto by_architecture = normalize({.os = host.os, .architecture = std::string(part)});
  if (std::ranges::find(kArchitectures, by_architecture.architecture) != kArchitectures.end())
    return by_architecture;
  return refuse(text, 0, fmt::format("'{}' is neither an operating system nor an architecture", part));
}

}  // namespace

// The specification requires both names; indexes in the wild hold artifacts for which they are missing or
// empty.
void fields(auto& visit, Is<Platform> auto& platform) {
  visit("architecture", platform.architecture, Presence::always);
  visit("os", platform.os, Presence::always);
  visit("os.version", platform.os_version);
  visit("os.features", platform.os_features);
  visit("variant", platform.variant);
}

Result<> read_json(const JsonView& view, Platform& out) { return read_fields(view, out); }
Json to_json(const Platform& platform) { return write_fields(platform); }

Platform normalize(Platform platform) {
  platform.os = to_lower(platform.os);
  if (platform.os == "macos") platform.os = "darwin";
  platform.architecture = to_lower(platform.architecture);
  platform.variant = to_lower(platform.variant);
  if (platform.architecture == "x86-64") platform.architecture = "x86_64";
  const auto* alias = std::ranges::find(kAliases, platform.architecture, &ArchAlias::name);
  if (alias != kAliases.end()) {
    platform.architecture = alias->architecture;
    if (platform.variant.empty()) platform.variant = alias->variant;
  }
  auto& variant = platform.variant;
  const bool bare_number = !variant.empty() && variant[0] >= '0' && variant[0] <= '9';
  const auto& architecture = platform.architecture;
  if (bare_number && (architecture == "arm" || architecture == "arm64" || architecture == "amd64")) {
    variant.insert(0, 1, 'v');
  }
  if (architecture == "arm" && variant.empty()) variant = "v7";
  const bool usual = (architecture == "arm64" && variant == "v8") ||
                     (architecture == "amd64" && variant == "v1") || architecture == "386";
  if (usual) variant.clear();
  return platform;
}

Result<Platform> parse_platform(std::string_view text, const Platform& host) {
  constexpr std::size_t kMaxBytes = 256;
  if (text.size() > kMaxBytes) return refuse(text, kMaxBytes, "expected the end: a platform is short");
  const auto parts = split(text, '/');
  if (parts.size() > 3) {
    return refuse(text, static_cast<std::size_t>(parts[3].data() - text.data()), "expected the end");
  }
  TRY(check_parts(parts, text));
  if (parts.size() == 1) return parse_single(parts[0], text, host);
  auto platform = TRY(parse_os(parts[0], text));
  platform.architecture = std::string(parts[1]);
  if (parts.size() == 3) platform.variant = std::string(parts[2]);
  return normalize(std::move(platform));
}

std::string to_string(const Platform& platform) {
  const auto or_unknown = [](const std::string& part) -> std::string_view {
    return part.empty() ? std::string_view("unknown") : part;
  };
  auto text = std::string(or_unknown(platform.os));
  if (!platform.os_version.empty()) text += fmt::format("({})", platform.os_version);
  text += fmt::format("/{}", or_unknown(platform.architecture));
  if (!platform.variant.empty()) text += "/" + platform.variant;
  return printable(text);
}

int amd64_level(std::string_view cpu_flags) {
  // x86-64 psABI, table "Micro-Architecture Levels", in the kernel's names: pni is SSE3, abm holds LZCNT.
  static constexpr std::array<std::string_view, 3> kLevels{
      "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3",
      "avx avx2 bmi1 bmi2 f16c fma abm movbe xsave",
      "avx512f avx512bw avx512cd avx512dq avx512vl",
  };
  const auto words = split(cpu_flags, ' ');
  const std::set<std::string_view> flags(words.begin(), words.end());
  int level = 1;
  for (const auto needed : kLevels) {
    const auto names = split(needed, ' ');
    if (!std::ranges::all_of(names, [&](std::string_view name) { return flags.contains(name); })) break;
    ++level;
  }
  return level;
}

Platform host_platform(std::string_view machine, std::string_view cpu_flags) {
  auto platform = normalize({.os = "linux", .architecture = std::string(machine)});
  if (platform.architecture == "amd64") {
    platform.variant = fmt::format("v{}", amd64_level(cpu_flags));
    platform = normalize(std::move(platform));
  }
  return platform;
}

}  // namespace corten::oci
