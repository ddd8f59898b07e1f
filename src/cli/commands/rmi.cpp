#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/strings.hpp"
#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/report.hpp"
#include "cli/store.hpp"
#include "image/remove.hpp"

namespace corten::cli {
namespace {

struct RmiOptions {
  bool force = false;
  bool no_prune = false;
  std::vector<std::string> names = {};
};

std::string lines_of(const image::Removal& removal) {
  std::string lines;
  for (const auto& name : removal.untagged) lines += fmt::format("Untagged: {}\n", printable(name));
  for (const auto& id : removal.deleted_images) lines += fmt::format("Deleted: {}\n", id.to_string());
  for (const auto& chain : removal.deleted_layers) lines += fmt::format("Deleted: {}\n", chain.to_string());
  return lines;
}

Result<int> run_rmi(const RmiOptions& options, Context& context) {
  const auto store = TRY(open_store(context));
  const auto removals =
      TRY(image::remove_images(*store, options.names, options.force ? image::Force::yes : image::Force::no));
  for (const auto& removal : removals.removed) TRY(context.io().print(lines_of(removal)));
  for (const auto& error : removals.errors) report_error(context.io(), error);
  // As Docker: with --force it does not matter that an image was not there.
  const bool failed = std::ranges::any_of(
      removals.errors, [&](const Error& error) { return !options.force || error.kind() != Errc::not_found; });
  return failed ? kExitFailure : kExitSuccess;
}

constexpr std::array kFlags = {
    Flag{.name = "force",
         .letter = 'f',
         .help =
             "Remove an image given by its id with all its names, and do not mind images that are not there",
         .bind = bind<&RmiOptions::force>()},
    Flag{.name = "no-prune",
         .help = "Keep untagged parents; images have none here, so that this changes nothing",
         .bind = bind<&RmiOptions::no_prune>()},
};

constexpr std::array<std::string_view, 2> kAliases = {"rmi", "image remove"};

constexpr std::array kExamples = {
    Example{.text = "Remove a name, and the image with its last one", .line = "corten rmi ubuntu:22.04"},
    Example{.text = "Remove an image with all its names", .line = "corten rmi --force 3f2a1b"},
};

}  // namespace

constexpr Command kRmiCommand{
    .path = "image rm",
    .aliases = kAliases,
    .summary = "Remove images",
    .doc = R"(
An image goes with its last name. Layers that other images have too stay; what nothing needs any more is removed from
the disk at once.)",
    .arguments = {.usage = "IMAGE [IMAGE...]",
                  .min = 1,
                  .max = kUnlimited,
                  .bind = bind<&RmiOptions::names>()},
    .flags = kFlags,
    .examples = kExamples,
    .file_owners = FileOwners::many,
    .execute = execute<RmiOptions, run_rmi>,
};

}  // namespace corten::cli
