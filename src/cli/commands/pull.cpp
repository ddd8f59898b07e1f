#include "image/pull.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/commands/all.hpp"
#include "cli/commands/registry_flags.hpp"
#include "cli/commands/transfer.hpp"
#include "cli/exit_codes.hpp"
#include "cli/program.hpp"

namespace corten::cli {
namespace {

struct PullVerbOptions {
  std::string name;
  bool all_tags = false;
  bool quiet = false;
  bool disable_content_trust = true;
  std::optional<std::string> platform;
  RegistryFlags registry;
};

struct Pulled {
  std::string shown;
  image::PullResult result;
};

Result<image::PullResult> pull_one(Transfer& transfer, const oci::Reference& reference,
                                   const std::optional<oci::Platform>& platform) {
  return image::pull(transfer.store(), transfer.client(), reference,
                     {.platform = platform, .stop = transfer.stop(), .progress = transfer.progress()});
}

std::string status_line(bool up_to_date, const std::string& shown) {
  return fmt::format("Status: {} for {}\n", up_to_date ? "Image is up to date" : "Downloaded newer image",
                     shown);
}

// What Docker prints after the layers; the last line is the name to go on with.
Result<> print_result(const Io& io, const oci::Reference& reference,
                      const std::vector<image::PullResult>& results) {
  bool up_to_date = true;
  std::string text;
  for (const auto& result : results) {
    text += fmt::format("Digest: {}\n", result.target.digest.to_string());
    up_to_date = up_to_date && result.up_to_date;
  }
  text += status_line(up_to_date, reference.familiar());
  return io.print(text);
}

Result<std::vector<image::PullResult>> pull_all_tags(Transfer& transfer, const oci::Reference& repository,
                                                     const std::optional<oci::Platform>& platform) {
  const auto remote = TRY(transfer.client().open(repository));
  const auto tags = TRY_CTX(remote->list_tags(), "listing the tags of '{}'", repository.familiar_name());
  std::vector<image::PullResult> results;
  for (const auto& tag : tags) {
    const auto reference = TRY(repository.with_tag(tag));
    auto result = TRY(pull_one(transfer, reference, platform));
    results.push_back(std::move(result));
  }
  return results;
}

Result<std::vector<image::PullResult>> pull_named(Transfer& transfer, const oci::Reference& reference,
                                                  const std::optional<oci::Platform>& platform) {
  std::vector<image::PullResult> results;
  auto result = TRY(pull_one(transfer, reference, platform));
  results.push_back(std::move(result));
  return results;
}

Result<int> run_pull(const PullVerbOptions& options, Context& context) {
  TRY(check_content_trust(options.disable_content_trust));
  const auto platform = TRY(parse_platform_flag(options.platform));
  const auto implied = options.all_tags ? oci::ImpliedTag::none : oci::ImpliedTag::latest;
  if (options.all_tags) TRY(parse_repository(options.name));
  const auto reference = TRY(oci::Reference::parse(options.name, implied));
  const auto transfer = TRY(Transfer::begin(context, options.registry, reference, options.quiet));
  if (!options.all_tags) {
    const auto typed = TRY(oci::Reference::parse(options.name, oci::ImpliedTag::none));
    if (!typed.tag() && !typed.digest()) {
      transfer->progress().message(fmt::format("Using default tag: {}", oci::kDefaultTag));
    }
  }
  auto pulled = options.all_tags ? pull_all_tags(*transfer, reference, platform)
                                 : pull_named(*transfer, reference, platform);
  // The terminal is given back before anything else is written to it.
  transfer->progress().finish();
  const auto results = TRY(std::move(pulled));
  if (!options.quiet) TRY(print_result(context.io(), reference, results));
  TRY(context.io().print(reference.canonical() + "\n"));
  return kExitSuccess;
}

constexpr std::array kFlags = {
    Flag{.name = "all-tags",
         .letter = 'a',
         .help = "Pull all tags of the repository",
         .bind = bind<&PullVerbOptions::all_tags>()},
    cert_dir_flag<&PullVerbOptions::registry>(),
    creds_flag<&PullVerbOptions::registry>(),
    Flag{.name = "disable-content-trust",
         .help = "Accepted for Docker's sake: signatures of Notary v1 are never checked",
         .bind = bind<&PullVerbOptions::disable_content_trust>(),
         .default_text = "true",
         .hidden = true},
    Flag{.name = "platform",
         .value = "OS/ARCH",
         .help = "Take the image for this platform",
         .bind = bind<&PullVerbOptions::platform>()},
    Flag{.name = "quiet",
         .letter = 'q',
         .help = "Print only the name of the image",
         .bind = bind<&PullVerbOptions::quiet>()},
    tls_verify_flag<&PullVerbOptions::registry>(),
};

constexpr std::array kExamples = {
    Example{.text = "The newest release of Debian 12", .line = "corten pull debian:bookworm"},
    Example{.text = "Exactly one image, whatever becomes of its tag",
            .line = "corten pull debian@sha256:..."},
    Example{.text = "For another machine", .line = "corten pull --platform linux/arm64 debian:bookworm"},
};

constexpr std::array<std::string_view, 1> kAliases = {"image pull"};

}  // namespace

constexpr Command kPullCommand{
    .path = "pull",
    .aliases = kAliases,
    .group = Group::common,
    .summary = "Download an image from a registry",
    .doc =
        "Layers are downloaded several at once, and each is unpacked while it comes in. Both its digests are "
        "checked before anything of it can be seen. A pull that was interrupted goes on where it was.\n"
        "\n"
        "A layer that is unpacked already is not downloaded, whatever image brought it; push fetches the "
        "compressed blob when it needs it. Progress goes to standard error.",
    .arguments = {.usage = "NAME[:TAG|@DIGEST]", .min = 1, .max = 1, .bind = bind<&PullVerbOptions::name>()},
    .flags = kFlags,
    .examples = kExamples,
    .file_owners = FileOwners::many,
    .execute = execute<PullVerbOptions, run_pull>,
};

}  // namespace corten::cli
