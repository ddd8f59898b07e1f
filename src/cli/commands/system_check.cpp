#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/strings.hpp"
#include "base/units.hpp"
#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/store.hpp"
#include "image/repair.hpp"

namespace corten::cli {
namespace {

struct CheckOptions {
  bool quick = false;
  bool repair = false;
};

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string share_text(const image::Share& share, std::string_view what) {
  return fmt::format("{} ({})", counted(share.count, what), format_size_decimal(share.bytes));
}

Result<> print_done(const Io& io, const std::vector<std::string>& done) {
  for (const auto& line : done) TRY(io.print(fmt::format("repaired: {}\n", printable(line))));
  return {};
}

Result<int> print_report(const Io& io, const image::CheckReport& report) {
  for (const auto& problem : report.problems) {
    TRY(io.print(fmt::format("problem: {}; {}\n", printable(problem.what), printable(problem.advice))));
  }
  for (const auto& note : report.notes) TRY(io.print(fmt::format("note: {}\n", printable(note))));
  if (!report.problems.empty()) {
    TRY(io.print(fmt::format("The store has {}\n", counted(report.problems.size(), "problem"))));
    return kExitFailure;
  }
  TRY(io.print(fmt::format("The store is sound: {}, {}, {}\n", counted(report.images.size(), "image"),
                           share_text(report.blobs, "blob"), share_text(report.layers, "layer"))));
  return kExitSuccess;
}

Result<int> run_check(const CheckOptions& options, Context& context) {
  const auto& io = context.io();
  const auto depth = options.quick ? image::CheckDepth::quick : image::CheckDepth::full;
  if (options.repair) {
    const auto root = TRY(context.root());
    const auto done = TRY(image::repair_layout(root));
    TRY(print_done(io, done));
  }
  const auto store = TRY(open_store(context));
  if (!options.repair) {
    const auto report = TRY(image::check_store(*store, depth));
    return print_report(io, report);
  }
  const auto repaired = TRY(image::repair_store(*store, depth));
  TRY(print_done(io, repaired.done));
  return print_report(io, repaired.rest);
}

constexpr std::array kFlags = {
    Flag{.name = "quick",
         .help = "Only look whether everything is there and fits together, without reading every byte",
         .bind = bind<&CheckOptions::quick>()},
    Flag{.name = "repair", .help = "Mend what can be mended", .bind = bind<&CheckOptions::repair>()},
};

constexpr std::array kExamples = {
    Example{.text = "After a crash of the machine", .line = "corten system check --repair"},
};

}  // namespace

constexpr Command kSystemCheckCommand{
    .path = "system check",
    .summary = "Check whether the store is sound",
    .doc = R"(
Compares every blob with its digest and every unpacked layer with what was recorded of it, and looks whether all that
images need is there. Prints a line for each problem; the exit code is 1 when problems remain.

--repair removes damaged blobs, so that a pull brings them again, unpacks damaged or missing layers from their blobs,
drops names whose image is lost, makes the database anew, and sweeps up after interrupted commands.)",
    .flags = kFlags,
    .examples = kExamples,
    .file_owners = FileOwners::many,
    .execute = execute<CheckOptions, run_check>,
};

}  // namespace corten::cli
