#include <array>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/format.hpp"
#include "cli/commands/image_rows.hpp"
#include "cli/exit_codes.hpp"
#include "cli/store.hpp"
#include "image/disk_usage.hpp"
#include "term/format.hpp"

namespace corten::cli {
namespace {

struct DfOptions {
  bool verbose = false;
  std::string format = {};
};

using image::DiskUsage;
using image::Share;

constexpr std::array kColumns = {
    term::Column{.header = "TYPE", .field = "Type"},
    term::Column{.header = "TOTAL", .field = "TotalCount"},
    term::Column{.header = "ACTIVE", .field = "Active"},
    term::Column{.header = "SIZE", .field = "Size"},
    term::Column{.header = "RECLAIMABLE", .field = "Reclaimable"},
};

constexpr std::array kImageColumns = {
    term::Column{.header = "REPOSITORY", .field = "Repository"},
    term::Column{.header = "TAG", .field = "Tag"},
    term::Column{.header = "IMAGE ID", .field = "ID"},
    term::Column{.header = "CREATED", .field = "CreatedSince"},
    term::Column{.header = "SIZE", .field = "Size"},
    term::Column{.header = "SHARED SIZE", .field = "SharedSize"},
    term::Column{.header = "UNIQUE SIZE", .field = "UniqueSize"},
    term::Column{.header = "CONTAINERS", .field = "Containers"},
};

constexpr std::array kStoreColumns = {
    term::Column{.header = "WHAT", .field = "What"},
    term::Column{.header = "COUNT", .field = "Count"},
    term::Column{.header = "SIZE", .field = "Size"},
};

Json type_row(std::string_view type, std::size_t total, std::uint64_t bytes) {
  auto reclaimable = format_size_decimal(bytes);
  if (bytes > 0) reclaimable += " (100%)";
  return {{"Type", type},
          {"TotalCount", std::to_string(total)},
          {"Active", "0"},
          {"Size", format_size_decimal(bytes)},
          {"Reclaimable", reclaimable}};
}

// Containers, volumes and the build cache have Docker's rows and nothing in them yet.
std::vector<term::ListRow> type_rows(const DiskUsage& usage) {
  auto images = type_row("Images", usage.images.size(), usage.image_bytes());
  images["LayerBytes"] = usage.layers.bytes;
  images["BlobBytes"] = usage.blobs.bytes;
  images["IngestBytes"] = usage.ingests.bytes;
  images["LeftoverBytes"] = usage.leftovers.bytes;
  std::vector<term::ListRow> rows;
  rows.push_back({.fields = JsonValue(std::move(images))});
  for (const auto* type : {"Containers", "Local Volumes", "Build Cache"}) {
    auto row = type_row(type, 0, 0);
    for (const auto* bytes : {"LayerBytes", "BlobBytes", "IngestBytes", "LeftoverBytes"}) row[bytes] = 0;
    rows.push_back({.fields = JsonValue(std::move(row))});
  }
  return rows;
}

std::vector<term::ListRow> image_rows(const DiskUsage& usage) {
  std::vector<term::ListRow> rows;
  const ImageRowOptions options{.now = now()};
  for (const auto& image : usage.images) {
    append_image_rows(image.image, options,
                      ImageSharing{.shared_bytes = image.shared_bytes, .unique_bytes = image.unique_bytes},
                      rows);
  }
  return rows;
}

struct StorePart {
  std::string_view what;
  Share share;
};

std::array<StorePart, 5> store_parts(const DiskUsage& usage) {
  return {{{"Unpacked layers", usage.layers},
           {"Blobs (compressed layers, configs, manifests)", usage.blobs},
           {"Unfinished downloads", usage.ingests},
           {"Leftovers of interrupted commands", usage.leftovers},
           {"Writable layers", usage.active}}};
}

std::vector<term::ListRow> store_rows(const DiskUsage& usage) {
  std::vector<term::ListRow> rows;
  for (const auto& part : store_parts(usage)) {
    rows.push_back({.texts = {{"What", std::string(part.what)},
                              {"Count", std::to_string(part.share.count)},
                              {"Size", format_size_decimal(part.share.bytes)}}});
  }
  return rows;
}

Json share_json(const Share& share) { return {{"Count", share.count}, {"Bytes", share.bytes}}; }

// Docker's members of `df -v --format json`, and Store, which is ours.
Json verbose_json(const DiskUsage& usage) {
  Json images = Json::array();
  for (const auto& row : image_rows(usage)) {
    Json image = Json::object();
    for (const auto& field : row.texts) image[std::string(field.name)] = field.text;
    images.push_back(std::move(image));
  }
  return {{"Images", std::move(images)},
          {"Containers", Json::array()},
          {"Volumes", Json::array()},
          {"BuildCache", Json::array()},
          {"Store",
           {{"Layers", share_json(usage.layers)},
            {"Blobs", share_json(usage.blobs)},
            {"Ingests", share_json(usage.ingests)},
            {"Leftovers", share_json(usage.leftovers)},
            {"Active", share_json(usage.active)}}}};
}

Result<> print_verbose(const Io& io, const DiskUsage& usage) {
  const auto table = TRY(term::FormatSpec::parse(""));
  TRY(io.print("Images space usage:\n\n"));
  const auto images = image_rows(usage);
  TRY(term::print_list(io.out, table, {.columns = kImageColumns, .terminal_columns = io.terminal_columns},
                       images));
  TRY(io.print("\nStore space usage:\n\n"));
  const auto parts = store_rows(usage);
  return term::print_list(io.out, table, {.columns = kStoreColumns, .terminal_columns = io.terminal_columns},
                          parts);
}

Result<> print_verbose_document(const Io& io, const std::string& format, const DiskUsage& usage) {
  const auto document = verbose_json(usage);
  return print_document(io, format, document, "");
}

Result<int> run_df(const DfOptions& options, Context& context) {
  const auto& io = context.io();
  const auto store = TRY(open_store(context));
  const auto usage = TRY(image::measure_disk_usage(*store));
  if (options.verbose && options.format.empty()) {
    TRY(print_verbose(io, usage));
    return kExitSuccess;
  }
  if (options.verbose) {
    TRY(print_verbose_document(io, options.format, usage));
    return kExitSuccess;
  }
  const auto format = TRY(term::FormatSpec::parse(options.format));
  const auto rows = type_rows(usage);
  TRY(term::print_list(io.out, format, {.columns = kColumns, .terminal_columns = io.terminal_columns}, rows));
  return kExitSuccess;
}

constexpr std::array kFlags = {
    Flag{.name = "format",
         .value = "FORMAT",
         .help = "Print as table, as json, or by a Go template",
         .bind = bind<&DfOptions::format>()},
    Flag{.name = "verbose",
         .letter = 'v',
         .help = "Show each image and each part of the store",
         .bind = bind<&DfOptions::verbose>()},
};

}  // namespace

constexpr Command kSystemDfCommand{
    .path = "system df",
    .summary = "Show what takes space on the disk",
    .doc = R"(
The SIZE of images is all that they take: unpacked layers, each counted once, and the blobs that they were unpacked
from. 'corten system prune --blobs' removes those blobs that a registry can give back.)",
    .flags = kFlags,
    .file_owners = FileOwners::many,
    .execute = execute<DfOptions, run_df>,
};

}  // namespace corten::cli
