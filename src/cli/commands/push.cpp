#include "image/push.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
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

struct PushVerbOptions {
  std::string name;
  bool all_tags = false;
  bool quiet = false;
  bool disable_content_trust = true;
  std::optional<std::string> platform;
  std::string compression = "zstd";
  std::optional<std::int64_t> compression_level;
  RegistryFlags registry;
};

Result<image::PushOptions> push_options(const PushVerbOptions& options, Transfer& transfer) {
  image::PushOptions push = {.stop = transfer.stop(), .progress = transfer.progress()};
  push.platform = TRY(parse_platform_flag(options.platform));
  push.compression = TRY(image::parse_layer_compression(options.compression));
  if (options.compression_level) {
    // What fits into no int is as wrong as 1000, of which the check speaks.
    push.compression_level =
        static_cast<int>(std::clamp<std::int64_t>(*options.compression_level, -1000, 1000));
  }
  return push;
}

Result<std::vector<oci::Reference>> find_tags(image::ImageStore& store, const oci::Reference& repository) {
  std::vector<oci::Reference> found;
  const auto names = TRY(store.names().list());
  for (const auto& entry : names) {
    auto reference = oci::Reference::parse(entry.name, oci::ImpliedTag::none);
    if (reference && reference->tag() && !reference->digest() && reference->name() == repository.name()) {
      found.push_back(std::move(*reference));
    }
  }
  if (!found.empty()) return found;
  return fail(Errc::not_found, "an image does not exist locally with the name: {}",
              repository.familiar_name());
}

// An image, or the repository of which all tags are meant.
Result<oci::Reference> parse_name(const PushVerbOptions& options) {
  return options.all_tags ? parse_repository(options.name) : oci::Reference::parse(options.name);
}

Result<std::vector<oci::Reference>> choose_names(const PushVerbOptions& options,
                                                 const oci::Reference& reference, image::ImageStore& store) {
  if (options.all_tags) return find_tags(store, reference);
  return std::vector<oci::Reference>{reference};
}

Result<std::string> push_all(const std::vector<oci::Reference>& names, Transfer& transfer,
                             const image::PushOptions& options) {
  std::string text;
  for (const auto& name : names) {
    const auto pushed = TRY(image::push(transfer.store(), transfer.client(), name, options));
    text += fmt::format("{}: digest: {} size: {}\n", *name.tag(), pushed.target.digest.to_string(),
                        pushed.target.size_bytes);
  }
  return text;
}

Result<int> run_push(const PushVerbOptions& options, Context& context) {
  TRY(check_content_trust(options.disable_content_trust));
  const auto reference = TRY(parse_name(options));
  const auto transfer = TRY(Transfer::begin(context, options.registry, reference, options.quiet));
  const auto push = TRY(push_options(options, *transfer));
  const auto names = TRY(choose_names(options, reference, transfer->store()));
  auto pushed = push_all(names, *transfer, push);
  // The terminal is given back before anything else is written to it.
  transfer->progress().finish();
  auto text = TRY(std::move(pushed));
  if (options.quiet) text = (options.all_tags ? names.front().name() : names.front().canonical()) + "\n";
  TRY(context.io().print(text));
  return kExitSuccess;
}

constexpr std::array<std::string_view, 3> kCompressions = {"zstd", "gzip", "keep"};

constexpr std::array kFlags = {
    Flag{.name = "all-tags",
         .letter = 'a',
         .help = "Push all tags of the repository that are here",
         .bind = bind<&PushVerbOptions::all_tags>()},
    cert_dir_flag<&PushVerbOptions::registry>(),
    Flag{.name = "compression",
         .value = "FORMAT",
         .help = "What layers are compressed with that are stored without compression",
         .bind = bind<&PushVerbOptions::compression>(),
         .default_text = "zstd",
         .choices = kCompressions},
    Flag{.name = "compression-level",
         .value = "N",
         .help = "From fast to small: 1 to 22 for zstd, 1 to 9 for gzip",
         .bind = bind<&PushVerbOptions::compression_level>(),
         .default_text = "2 for zstd, 3 for gzip"},
    creds_flag<&PushVerbOptions::registry>(),
    Flag{.name = "disable-content-trust",
         .help = "Accepted for Docker's sake: images are never signed for Notary v1",
         .bind = bind<&PushVerbOptions::disable_content_trust>(),
         .default_text = "true",
         .hidden = true},
    Flag{.name = "platform",
         .value = "OS/ARCH",
         .help = "Push only the image for this platform",
         .bind = bind<&PushVerbOptions::platform>()},
    Flag{.name = "quiet",
         .letter = 'q',
         .help = "Print only the name of the image",
         .bind = bind<&PushVerbOptions::quiet>()},
    tls_verify_flag<&PushVerbOptions::registry>(),
};

constexpr std::array kExamples = {
    Example{.text = "To a registry of your own",
            .line = "corten tag model:1 registry.example.com/team/model:1 && "
                    "corten push registry.example.com/team/model:1"},
    Example{.text = "For a registry whose users have old tools",
            .line = "corten push --compression gzip registry.example.com/team/model:1"},
};

constexpr std::array<std::string_view, 1> kAliases = {"image push"};

}  // namespace

constexpr Command kPushCommand{
    .path = "push",
    .aliases = kAliases,
    .group = Group::common,
    .summary = "Upload an image to a registry",
    .doc =
        "Only what the registry lacks is uploaded; what another of its repositories has is mounted from "
        "there. "
        "An image that came from a registry goes as it came, with the same digest. The layers of images made "
        "here are compressed on the way, with all processors, and only the first time.\n"
        "\n"
        "Progress goes to standard error.",
    .arguments = {.usage = "NAME[:TAG]", .min = 1, .max = 1, .bind = bind<&PushVerbOptions::name>()},
    .flags = kFlags,
    .examples = kExamples,
    .execute = execute<PushVerbOptions, run_push>,
};

}  // namespace corten::cli
