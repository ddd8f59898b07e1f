#include <array>
#include <string>
#include <vector>

#include "cli/commands/all.hpp"
#include "cli/commands/confirm.hpp"
#include "cli/commands/pruned.hpp"
#include "cli/exit_codes.hpp"
#include "cli/report.hpp"
#include "cli/store.hpp"
#include "image/prune.hpp"

namespace corten::cli {
namespace {

struct ImagePruneOptions {
  bool all = false;
  bool force = false;
  std::vector<std::string> filters = {};
};

constexpr auto kWarnDangling =
    "WARNING! This will remove all dangling images.\n"
    "Are you sure you want to continue?";
constexpr auto kWarnAll =
    "WARNING! This will remove all images without at least one container associated to them.\n"
    "Are you sure you want to continue?";

Result<int> run_image_prune(const ImagePruneOptions& options, Context& context) {
  const auto& io = context.io();
  const auto store = TRY(open_store(context));
  auto filter = TRY(image::parse_image_filter(*store, options.filters, image::FilterUse::prune, now()));
  if (!options.force) {
    const bool confirmed = TRY(confirm(io, options.all ? kWarnAll : kWarnDangling));
    if (!confirmed) {
      TRY(print_reclaimed(io, 0));
      return kExitSuccess;
    }
  }
  const auto removals = TRY(image::prune_images(
      *store, {.scope = options.all ? image::PruneScope::all : image::PruneScope::dangling,
               .filter = std::move(filter)}));
  TRY(print_pruned_images(io, removals));
  TRY(print_reclaimed(io, removals.reclaimed_bytes));
  for (const auto& error : removals.errors) report_error(io, error);
  return removals.errors.empty() ? kExitSuccess : kExitFailure;
}

constexpr std::array kFlags = {
    Flag{.name = "all",
         .letter = 'a',
         .help = "Remove every image that no container uses, not only those without a tag",
         .bind = bind<&ImagePruneOptions::all>()},
    Flag{.name = "filter",
         .value = "FILTER",
         .help = "Remove only images with label=KEY[=VALUE], label!=KEY[=VALUE] or until=TIME",
         .bind = bind<&ImagePruneOptions::filters>()},
    Flag{.name = "force", .letter = 'f', .help = "Do not ask", .bind = bind<&ImagePruneOptions::force>()},
};

constexpr std::array kExamples = {
    Example{.text = "Images made more than ten days ago",
            .line = "corten image prune --all --force --filter until=240h"},
};

}  // namespace

constexpr Command kImagePruneCommand{
    .path = "image prune",
    .summary = "Remove images that are not used",
    .flags = kFlags,
    .examples = kExamples,
    .file_owners = FileOwners::many,
    .execute = execute<ImagePruneOptions, run_image_prune>,
};

}  // namespace corten::cli
