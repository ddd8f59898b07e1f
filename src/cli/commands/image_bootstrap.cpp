#include <array>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/strings.hpp"
#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/interrupt.hpp"
#include "cli/program.hpp"
#include "image/bootstrap/bootstrap.hpp"
#include "image/image_store.hpp"

namespace corten::cli {
namespace {

struct BootstrapVerbOptions {
  std::string target;
  std::vector<std::string> mirrors;
  std::vector<std::string> packages;
  std::string variant = "minbase";
  std::string architecture;
  std::optional<std::string> tag;
  bool dry_run = false;
  bool quiet = false;
};

Result<image::BootstrapOptions> read_options(const BootstrapVerbOptions& verb) {
  auto options = TRY(image::parse_bootstrap_target(verb.target));
  options.mirrors = verb.mirrors;
  options.variant = verb.variant;
  options.architecture = verb.architecture;
  options.quiet = verb.quiet;
  for (const auto& list : verb.packages) {
    for (const auto package : split(list, ',')) options.packages.emplace_back(trim(package));
  }
  if (verb.tag) options.name = TRY_CTX(oci::Reference::parse(*verb.tag), "reading --tag");
  return options;
}

// One that can be pasted into a shell.
std::string shell_line(const std::vector<std::string>& words) {
  std::string line;
  for (const auto& word : words) {
    if (!line.empty()) line += ' ';
    const bool plain = word.find_first_of(" \t'\"\\$`[]*?;&|<>()#~!{}") == std::string::npos && !word.empty();
    if (plain) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : word) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return line;
}

Result<int> run_bootstrap(const BootstrapVerbOptions& verb, Context& context) {
  auto options = TRY(read_options(verb));
  const auto plan = TRY(image::plan_bootstrap(options));
  if (verb.dry_run) {
    TRY(context.io().print(shell_line(plan.command) + "\n"));
    return kExitSuccess;
  }
  const auto interrupt = TRY(Interrupt::watch());
  options.stop = interrupt.token();
  auto root = TRY(context.root());
  const auto store = TRY(image::ImageStore::open(std::move(root)));
  const auto made = TRY(image::bootstrap_image(*store, options, plan));
  const auto& image = made.image;
  const auto text =
      verb.quiet ? image.id.to_string() + "\n"
                 : fmt::format("Mirror of: {}\nID: {}\nDigest: {}\n{}\n", format_rfc3339(made.mirror_state),
                               image.id.to_string(), image.manifest.digest.to_string(), plan.name.familiar());
  TRY(context.io().print(text));
  return kExitSuccess;
}

constexpr std::array kFlags = {
    Flag{.name = "arch",
         .value = "ARCH",
         .help = "Architecture as Debian calls it, such as arm64",
         .bind = bind<&BootstrapVerbOptions::architecture>(),
         .default_text = "this machine's"},
    Flag{.name = "dry-run",
         .help = "Print the command that would be run",
         .bind = bind<&BootstrapVerbOptions::dry_run>()},
    Flag{.name = "include",
         .value = "PACKAGES",
         .help = "Install these packages too, separated by commas",
         .bind = bind<&BootstrapVerbOptions::packages>()},
    Flag{.name = "mirror",
         .value = "URL",
         .help = "Take packages from here; the first one is the archive itself",
         .bind = bind<&BootstrapVerbOptions::mirrors>(),
         .default_text = "the apt sources of this machine"},
    Flag{.name = "quiet",
         .letter = 'q',
         .help = "Print only the image's ID",
         .bind = bind<&BootstrapVerbOptions::quiet>()},
    Flag{.name = "tag",
         .letter = 't',
         .value = "NAME",
         .help = "Name of the image",
         .bind = bind<&BootstrapVerbOptions::tag>(),
         .default_text = "DISTRIBUTION:SUITE"},
    Flag{.name = "variant",
         .value = "VARIANT",
         .help = "Which packages to begin with: mmdebstrap(1)",
         .bind = bind<&BootstrapVerbOptions::variant>(),
         .default_text = "minbase"},
};

constexpr std::array kExamples = {
    Example{.text = "Debian 12 from the mirror that this machine uses",
            .line = "corten image bootstrap debian:bookworm"},
    Example{.text = "With Python, from a mirror of your own",
            .line = "corten image bootstrap debian:bookworm --mirror http://mirror/debian --include python3"},
};

}  // namespace

constexpr Command kImageBootstrapCommand{
    .path = "image bootstrap",
    .summary = "Make a base image from an apt mirror",
    .doc =
        "Installs a Debian-like distribution into a new image by mmdebstrap(1), without any registry. "
        "Updates "
        "and security updates are included when the apt sources of this machine have them.\n"
        "\n"
        "The result depends on the state of the mirror alone: who bootstraps the same suite with the same "
        "options from mirrors in the same state gets an image of the same digest.",
    .arguments = {.usage = "DISTRIBUTION:SUITE",
                  .min = 1,
                  .max = 1,
                  .bind = bind<&BootstrapVerbOptions::target>()},
    .flags = kFlags,
    .examples = kExamples,
    .file_owners = FileOwners::many,
    .execute = execute<BootstrapVerbOptions, run_bootstrap>,
};

}  // namespace corten::cli
