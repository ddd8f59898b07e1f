#include "runtime/delete.hpp"

#include <array>
#include <string>
#include <vector>

#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/oci/settings.hpp"
#include "cli/program.hpp"

namespace corten::cli {
namespace {

struct DeleteOptions {
  std::vector<std::string> ids;
  bool force = false;
};

Result<> delete_one(const runtime::Settings& settings, const std::string& text, bool force) {
  const auto id = TRY(runtime::ContainerId::parse(text));
  return runtime::remove(settings, id, force ? runtime::Removal::forced : runtime::Removal::stopped_only);
}

// What fails with one container does not keep the others.
Result<int> run_delete(const DeleteOptions& options, Context& context) {
  const auto settings = TRY(oci_settings(context));
  int code = kExitSuccess;
  for (const auto& id : options.ids) {
    const auto deleted = delete_one(settings, id, options.force);
    if (!deleted) code = context.report(deleted.error());
  }
  return code;
}

constexpr std::array kFlags = {
    Flag{.name = "force",
         .letter = 'f',
         .help = "Kill a container that runs; do nothing about one that does not exist",
         .bind = bind<&DeleteOptions::force>()},
};

}  // namespace

constexpr Command kOciDeleteCommand{
    .path = "oci delete",
    .summary = "Remove what is left of stopped containers",
    .arguments = {.usage = "ID [ID...]", .min = 1, .max = kUnlimited, .bind = bind<&DeleteOptions::ids>()},
    .flags = kFlags,
    .execute = execute<DeleteOptions, run_delete>,
};

}  // namespace corten::cli
