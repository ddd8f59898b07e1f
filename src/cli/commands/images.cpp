#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/strings.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/image_rows.hpp"
#include "cli/exit_codes.hpp"
#include "cli/store.hpp"
#include "image/filter.hpp"

namespace corten::cli {
namespace {

struct ImagesOptions {
  bool all = false;
  bool quiet = false;
  bool no_trunc = false;
  bool digests = false;
  bool tree = false;
  std::vector<std::string> filters = {};
  std::string format = {};
  std::string name = {};
};

using Shown = term::Column::Shown;

constexpr std::size_t kDigestColumn = 2;
constexpr std::array kColumns = {
    term::Column{.header = "REPOSITORY", .field = "Repository"},
    term::Column{.header = "TAG", .field = "Tag"},
    term::Column{.header = "DIGEST", .field = "Digest", .shown = Shown::on_request},
    term::Column{.header = "IMAGE ID", .field = "ID"},
    term::Column{.header = "CREATED", .field = "CreatedSince"},
    term::Column{.header = "SIZE", .field = "Size"},
    term::Column{.header = "CREATED AT", .field = "CreatedAt", .shown = Shown::on_request},
    term::Column{.header = "SIZE", .field = "VirtualSize", .shown = Shown::on_request},
    term::Column{.header = "CONTAINERS", .field = "Containers", .shown = Shown::on_request},
    term::Column{.header = "SHARED SIZE", .field = "SharedSize", .shown = Shown::on_request},
    term::Column{.header = "UNIQUE SIZE", .field = "UniqueSize", .shown = Shown::on_request},
};

void warn_of_problems(const Io& io, const image::Catalog& catalog) {
  for (const auto& problem : catalog.problems) io.complain(fmt::format("WARNING: {}\n", printable(problem)));
  if (!catalog.problems.empty()) io.complain("hint: run 'corten system check'\n");
}

Result<std::vector<term::ListRow>> find_rows(const ImagesOptions& options, const term::FormatSpec& format,
                                             Context& context) {
  const auto store = TRY(open_store(context));
  const auto time = now();
  auto filter = TRY(image::parse_image_filter(*store, options.filters, image::FilterUse::list, time));
  // As Docker: a name on the command line is one more pattern, of which any may match.
  if (!options.name.empty()) filter.references.push_back(options.name);
  const auto details = filter.labels.empty() ? image::Details::left_out : image::Details::included;
  auto catalog = TRY(image::list_images(*store, details));
  TRY(image::apply_filter(filter, catalog.images));
  warn_of_problems(context.io(), catalog);
  const bool needs_digests = options.digests || options.format.contains("{{.Digest}}");
  const ImageRowOptions row_options{.ids = options.no_trunc ? Ids::whole : Ids::shortened,
                                    .digests = needs_digests ? Digests::shown : Digests::hidden,
                                    .fields = fields_for(format),
                                    .now = time};
  std::vector<term::ListRow> rows;
  for (const auto& image : catalog.images) append_image_rows(image, row_options, std::nullopt, rows);
  return rows;
}

Result<int> run_images(const ImagesOptions& options, Context& context) {
  if (options.tree) {
    return with_hint(
        fail(Errc::unsupported, "--tree is not supported: the images of a name are not nested here"),
        "each platform that was pulled is a line of its own; see also --digests and --format json");
  }
  const auto format = TRY(term::FormatSpec::parse(options.format));
  const auto rows = TRY(find_rows(options, format, context));
  auto columns = kColumns;
  if (options.digests) columns[kDigestColumn].shown = Shown::always;
  const auto& io = context.io();
  TRY(term::print_list(
      io.out, format,
      {.columns = columns, .quiet_field = options.quiet ? "ID" : "", .terminal_columns = io.terminal_columns},
      rows));
  return kExitSuccess;
}

constexpr std::array kFlags = {
    Flag{.name = "all",
         .letter = 'a',
         .help = "Show all images; none are hidden here, so that this changes nothing",
         .bind = bind<&ImagesOptions::all>()},
    Flag{.name = "digests", .help = "Show digests", .bind = bind<&ImagesOptions::digests>()},
    Flag{.name = "filter",
         .letter = 'f',
         .value = "FILTER",
         .help = "Show only images with before=IMAGE, dangling=true, label=KEY[=VALUE], reference=PATTERN, "
                 "since=IMAGE or until=TIME",
         .bind = bind<&ImagesOptions::filters>()},
    Flag{.name = "format",
         .value = "FORMAT",
         .help = "Print as table, as json, or by a Go template",
         .bind = bind<&ImagesOptions::format>()},
    Flag{.name = "no-trunc", .help = "Do not shorten ids", .bind = bind<&ImagesOptions::no_trunc>()},
    Flag{.name = "quiet", .letter = 'q', .help = "Print only ids", .bind = bind<&ImagesOptions::quiet>()},
    Flag{.name = "tree",
         .help = "Not supported; known only to say so",
         .bind = bind<&ImagesOptions::tree>(),
         .hidden = true},
};

constexpr std::array<std::string_view, 2> kAliases = {"images", "image list"};

constexpr std::array kExamples = {
    Example{.text = "Images of one repository", .line = "corten images ubuntu"},
    Example{.text = "What prune would remove", .line = "corten images --filter dangling=true"},
    Example{.text = "Names and sizes for a script",
            .line = R"(corten images --format '{{.Repository}}:{{.Tag}} {{.Size}}')"},
};

}  // namespace

constexpr Command kImagesCommand{
    .path = "image ls",
    .aliases = kAliases,
    .group = Group::common,
    .summary = "List images",
    .doc = R"(
SIZE is what the unpacked layers of an image take; before they are unpacked, what their compressed blobs take. Layers
that images share are stored once: see 'corten system df -v'.)",
    .arguments = {.usage = "[REPOSITORY[:TAG]]", .max = 1, .bind = bind<&ImagesOptions::name>()},
    .flags = kFlags,
    .examples = kExamples,
    .execute = execute<ImagesOptions, run_images>,
};

}  // namespace corten::cli
