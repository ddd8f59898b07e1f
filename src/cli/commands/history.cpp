#include "image/history.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/local_time.hpp"
#include "base/units.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/image_rows.hpp"
#include "cli/exit_codes.hpp"
#include "cli/store.hpp"
#include "term/format.hpp"

namespace corten::cli {
namespace {

struct HistoryOptions {
  bool human = true;
  bool no_trunc = false;
  bool quiet = false;
  std::string format = {};
  std::string platform = {};
  std::string name = {};
};

constexpr auto kMissing = "<missing>";
constexpr std::size_t kMaxCreatedBy = 45;  // Docker's

using Shown = term::Column::Shown;
constexpr std::size_t kSinceColumn = 1;
constexpr std::size_t kAtColumn = 2;
constexpr std::array kColumns = {
    term::Column{.header = "IMAGE", .field = "ID"},
    term::Column{.header = "CREATED", .field = "CreatedSince"},
    term::Column{.header = "CREATED AT", .field = "CreatedAt", .shown = Shown::on_request},
    term::Column{.header = "CREATED BY", .field = "CreatedBy"},
    term::Column{.header = "SIZE", .field = "Size"},
    term::Column{.header = "COMMENT", .field = "Comment"},
};

// Cuts at a character, of which the ellipsis is the last.
std::string shortened(std::string text, std::size_t max_characters) {
  std::size_t characters = 0;
  std::size_t cut = text.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) continue;  // inside a character of UTF-8
    if (++characters == max_characters) cut = i;
    if (characters > max_characters) return text.substr(0, cut) + "\u2026";
  }
  return text;
}

std::string without_tabs(std::string text) {
  for (auto& c : text) {
    if (c == '\t') c = ' ';
  }
  return text;
}

term::ListRow to_row(const image::HistoryEntry& entry, const HistoryOptions& options, Timestamp now) {
  const auto ids = options.no_trunc ? Ids::whole : Ids::shortened;
  const auto created_at = entry.created ? format_local_rfc3339(*entry.created) : std::string("N/A");
  auto created_by = without_tabs(entry.created_by);
  if (!options.no_trunc) created_by = shortened(std::move(created_by), kMaxCreatedBy);
  return {
      .texts = {
          {"ID", entry.id ? format_id(*entry.id, ids) : kMissing},
          {"CreatedSince", options.human ? format_since(entry.created, now) : created_at},
          {"CreatedAt", created_at},
          {"CreatedBy", created_by},
          {"Size", options.human ? format_size_short(entry.size_bytes) : std::to_string(entry.size_bytes)},
          {"Comment", entry.comment},
      }};
}

Result<int> run_history(const HistoryOptions& options, Context& context) {
  const auto format = TRY(term::FormatSpec::parse(options.format));
  std::optional<oci::Platform> platform;
  if (!options.platform.empty()) {
    platform = TRY(oci::parse_platform(options.platform, image::this_platform()));
  }
  const auto store = TRY(open_store(context));
  const auto found = TRY(image::find_image(*store, options.name, platform));
  const auto entries = TRY(image::image_history(*store, found.image));
  std::vector<term::ListRow> rows;
  rows.reserve(entries.size());
  const auto time = now();
  for (const auto& entry : entries) rows.push_back(to_row(entry, options, time));
  auto columns = kColumns;
  if (!options.human) std::swap(columns[kSinceColumn].shown, columns[kAtColumn].shown);
  const auto& io = context.io();
  TRY(term::print_list(
      io.out, format,
      {.columns = columns, .quiet_field = options.quiet ? "ID" : "", .terminal_columns = io.terminal_columns},
      rows));
  return kExitSuccess;
}

constexpr std::array kFlags = {
    Flag{.name = "format",
         .value = "FORMAT",
         .help = "Print as table, as json, or by a Go template",
         .bind = bind<&HistoryOptions::format>()},
    Flag{.name = "human",
         .letter = 'H',
         .help = "Print sizes and times for people",
         .bind = bind<&HistoryOptions::human>(),
         .default_text = "true"},
    Flag{.name = "no-trunc", .help = "Do not shorten", .bind = bind<&HistoryOptions::no_trunc>()},
    Flag{.name = "platform",
         .value = "OS/ARCH",
         .help = "Which image of a name that has several",
         .bind = bind<&HistoryOptions::platform>(),
         .default_text = "this machine's"},
    Flag{.name = "quiet", .letter = 'q', .help = "Print only ids", .bind = bind<&HistoryOptions::quiet>()},
};

constexpr std::array<std::string_view, 1> kAliases = {"history"};

}  // namespace

constexpr Command kHistoryCommand{
    .path = "image history",
    .aliases = kAliases,
    .summary = "Show how an image was made",
    .doc = R"(
The newest step comes first. SIZE is what the layer of the step takes unpacked, or compressed before that; steps that
only changed the config take nothing. Steps but the newest are no images here and show as <missing>.)",
    .arguments = {.usage = "IMAGE", .min = 1, .max = 1, .bind = bind<&HistoryOptions::name>()},
    .flags = kFlags,
    .execute = execute<HistoryOptions, run_history>,
};

}  // namespace corten::cli
