#include <array>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/strings.hpp"
#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/program.hpp"
#include "sys/features.hpp"
#include "term/format.hpp"
#include "term/wrap.hpp"

namespace corten::cli {
namespace {

struct FeaturesOptions {
  std::string format;
};

constexpr std::array kColumns = {
    term::Column{.header = "FEATURE", .field = "Name"},
    term::Column{.header = "STATE", .field = "State"},
    term::Column{.header = "DETAIL", .field = "Detail"},
    term::Column{.header = "PURPOSE", .field = "Purpose", .shown = term::Column::Shown::on_request},
    term::Column{.header = "REMEDY", .field = "Remedy", .shown = term::Column::Shown::on_request},
};

std::vector<term::ListRow> to_rows(const std::vector<sys::Feature>& features) {
  std::vector<term::ListRow> rows;
  rows.reserve(features.size());
  for (const auto& feature : features) {
    rows.push_back({.texts = {
                        {"Name", feature.name},
                        {"State", std::string(sys::to_string(feature.state))},
                        {"Detail", feature.detail},
                        {"Purpose", feature.purpose},
                        {"Remedy", feature.remedy},
                    }});
  }
  return rows;
}

// What the table has no room for: what is lost with each missing feature, and what to do.
Result<> print_remedies(const Io& io, const std::vector<sys::Feature>& features) {
  for (const auto& feature : features) {
    if (feature.state == sys::FeatureState::yes || feature.remedy.empty()) continue;
    const auto heading = printable(fmt::format("{} (needed for {}):", feature.name, feature.purpose));
    const auto remedy = printable(feature.remedy);
    TRY(io.print(
        fmt::format("\n{}\n{}\n", term::wrap_text(heading, {.columns = io.columns, .indent = 2}),
                    term::wrap_text(remedy, {.columns = io.columns, .first_indent = 4, .indent = 4}))));
  }
  return {};
}

// A host on which the store has no place is one of those that this command is to explain.
Result<std::vector<sys::Feature>> find_features(const Context& context) {
  auto root = context.root();
  if (root) return sys::probe_features(*root);
  auto& error = root.error();
  if (error.kind() != Errc::failed_precondition) return std::unexpected(std::move(error));
  auto features = sys::probe_features("");
  for (auto& feature : features) {
    if (feature.name != "data-directory") continue;
    feature.detail = error.message();
    feature.remedy = error.hint();
    feature.purpose = "keeping images";
  }
  return features;
}

Result<int> run_features(const FeaturesOptions& options, Context& context) {
  const auto format = TRY(term::FormatSpec::parse(options.format));
  const auto features = TRY(find_features(context));
  const auto rows = to_rows(features);
  const auto& io = context.io();
  const term::ListOptions list = {.columns = kColumns, .terminal_columns = io.terminal_columns};
  TRY(term::print_list(io.out, format, list, rows));
  if (format.kind() == term::FormatSpec::Kind::table) TRY(print_remedies(io, features));
  return kExitSuccess;
}

constexpr std::array kFlags = {
    Flag{.name = "format",
         .value = "FORMAT",
         .help = "Print as table, json, or by a Go template",
         .bind = bind<&FeaturesOptions::format>()},
};

constexpr std::array kExamples = {
    Example{.text = "What to do about each",
            .line = R"(corten system features --format 'table {{.Name}}\t{{.State}}\t{{.Remedy}}')"},
};

}  // namespace

constexpr Command kSystemFeaturesCommand{
    .path = "system features",
    .summary = "Show what the kernel and this host can do for corten",
    .doc =
        "Probes the running kernel; nothing is changed. Attach its output to a report about a host on "
        "which something does not work.",
    .flags = kFlags,
    .examples = kExamples,
    .hidden = true,
    .execute = execute<FeaturesOptions, run_features>,
};

}  // namespace corten::cli
