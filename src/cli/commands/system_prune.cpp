#include <array>
#include <string>
#include <vector>

#include "cli/commands/all.hpp"
#include "cli/commands/confirm.hpp"
#include "cli/commands/pruned.hpp"
#include "cli/exit_codes.hpp"
#include "cli/report.hpp"
#include "cli/store.hpp"
#include "image/leftovers.hpp"
#include "image/prune.hpp"

namespace corten::cli {
namespace {

struct SystemPruneOptions {
  bool all = false;
  bool blobs = false;
  bool force = false;
  std::vector<std::string> filters = {};
};

std::string question(const SystemPruneOptions& options) {
  std::string text = "WARNING! This will remove:\n";
  text += options.all ? "  - all images without at least one container associated to them\n"
                      : "  - all dangling images\n";
  text += "  - what interrupted commands left behind\n";
  if (options.blobs) text += "  - compressed layers that are unpacked and that a registry can give back\n";
  return text + "\nAre you sure you want to continue?";
}

Result<> remove_leftovers(image::ImageStore& store) {
  TRY(image::remove_leftover_files(store.content()));
  auto* const snapshots = TRY(store.find_snapshots());
  if (snapshots != nullptr) TRY(snapshots->sweep());
  return {};
}

Result<int> prune(const SystemPruneOptions& options, const Io& io, image::ImageStore& store,
                  image::ImageFilter filter) {
  auto removals = TRY(
      image::prune_images(store, {.scope = options.all ? image::PruneScope::all : image::PruneScope::dangling,
                                  .filter = std::move(filter)}));
  // What fails from here on does not undo what was removed: that is told in any case.
  if (auto removed = remove_leftovers(store); !removed) {
    removals.errors.push_back(std::move(removed).error());
  }
  if (options.blobs) {
    auto dropped = image::drop_layer_blobs(store);
    if (dropped) removals.reclaimed_bytes += dropped->removed_bytes;
    if (!dropped) removals.errors.push_back(std::move(dropped).error());
  }
  TRY(print_pruned_images(io, removals));
  TRY(print_reclaimed(io, removals.reclaimed_bytes));
  for (const auto& error : removals.errors) report_error(io, error);
  return removals.errors.empty() ? kExitSuccess : kExitFailure;
}

Result<int> run_system_prune(const SystemPruneOptions& options, Context& context) {
  const auto& io = context.io();
  const auto store = TRY(open_store(context));
  auto filter = TRY(image::parse_image_filter(*store, options.filters, image::FilterUse::prune, now()));
  bool confirmed = options.force;
  if (!confirmed) confirmed = TRY(confirm(io, question(options)));
  if (confirmed) return prune(options, io, *store, std::move(filter));
  TRY(print_reclaimed(io, 0));
  return kExitSuccess;
}

constexpr std::array kFlags = {
    Flag{.name = "all",
         .letter = 'a',
         .help = "Remove every image that no container uses, not only those without a tag",
         .bind = bind<&SystemPruneOptions::all>()},
    Flag{.name = "blobs",
         .help = "Also remove compressed layers that are unpacked and that a registry can give back",
         .bind = bind<&SystemPruneOptions::blobs>()},
    Flag{.name = "filter",
         .value = "FILTER",
         .help = "Remove only images with label=KEY[=VALUE], label!=KEY[=VALUE] or until=TIME",
         .bind = bind<&SystemPruneOptions::filters>()},
    Flag{.name = "force", .letter = 'f', .help = "Do not ask", .bind = bind<&SystemPruneOptions::force>()},
};

}  // namespace

constexpr Command kSystemPruneCommand{
    .path = "system prune",
    .summary = "Remove what is not used",
    .doc = R"(
Removes images without a tag, blobs and layers that nothing needs, and what interrupted commands left behind: blobs
that a dead pull or push held for an hour, unfinished downloads a day old, and at once what loads and imports left.

With --blobs an image can still be used; to push it elsewhere or to save it, its layers are fetched again from the
registry that they came from or went to.)",
    .flags = kFlags,
    .file_owners = FileOwners::many,
    .execute = execute<SystemPruneOptions, run_system_prune>,
};

}  // namespace corten::cli
