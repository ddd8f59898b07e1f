#include "image/import.hpp"

#include <array>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/archives.hpp"
#include "cli/exit_codes.hpp"
#include "cli/interrupt.hpp"
#include "cli/program.hpp"
#include "image/image_store.hpp"
#include "sys/stoppable_source.hpp"

namespace corten::cli {
namespace {

struct ImportVerbOptions {
  std::vector<std::string> words;  // the file and maybe a name
  std::vector<std::string> changes;
  std::string message = "Imported from -";
  std::optional<std::string> platform;
};

Result<std::optional<oci::Reference>> read_name(const std::vector<std::string>& words) {
  if (words.size() < 2) return std::nullopt;
  auto name = TRY(oci::Reference::parse(words[1]));
  if (!name.digest()) return name;
  return fail(Errc::invalid_argument, "'{}': a new image cannot be named by a digest", words[1]);
}

// SOURCE_DATE_EPOCH (reproducible-builds.org/specs/source-date-epoch) makes the image reproducible.
Result<Timestamp> creation_time(const Context& context) {
  const auto epoch = context.surroundings.find_env("SOURCE_DATE_EPOCH");
  if (!epoch || epoch->empty()) return now();
  const auto seconds = TRY(parse_int64(*epoch, "SOURCE_DATE_EPOCH"));
  return Timestamp{.seconds = seconds};
}

Result<> check_source(const std::string& source) {
  if (source.starts_with("http://") || source.starts_with("https://")) {
    return with_hint(fail(Errc::unsupported, "import does not download"),
                     "curl -fL URL | corten import - NAME");
  }
  if (source == "-" && reads_from_terminal()) {
    return with_hint(fail(Errc::invalid_argument, "an archive is not read from a terminal"),
                     "name a file, or redirect standard input");
  }
  return {};
}

Result<image::NewImage> import_from(const std::string& source, const sys::UniqueFd& file,
                                    image::ImageStore& store, const image::ImportOptions& options,
                                    std::stop_token stop) {
  auto tar = TRY(sys::StoppableSource::create(file, std::move(stop)));
  if (source == "-") return image::import_image(store, tar, options);
  return TRY_CTX(image::import_image(store, tar, options), "importing '{}'", source);
}

Result<int> run_import(const ImportVerbOptions& options, Context& context) {
  TRY(check_source(options.words.front()));
  const auto platform = TRY(read_platform(options.platform));
  const auto name = TRY(read_name(options.words));
  const auto created = TRY(creation_time(context));
  const auto& source = options.words.front();
  const auto file = TRY(open_archive_input(source == "-" ? std::nullopt : std::optional(source)));
  const auto interrupt = TRY(Interrupt::watch());
  auto root = TRY(context.root());
  const auto store = TRY(image::ImageStore::open(std::move(root)));
  const auto image = TRY(import_from(source, file, *store,
                                     {.changes = options.changes,
                                      .comment = options.message,
                                      .platform = platform,
                                      .name = name,
                                      .created = created},
                                     interrupt.token()));
  TRY(context.io().print(image.id.to_string() + "\n"));
  return kExitSuccess;
}

constexpr std::array kFlags = {
    Flag{.name = "change",
         .letter = 'c',
         .value = "INSTRUCTION",
         .help = "Apply a Dockerfile instruction to the image",
         .bind = bind<&ImportVerbOptions::changes>()},
    Flag{.name = "message",
         .letter = 'm',
         .value = "TEXT",
         .help = "Comment in the image's history",
         .bind = bind<&ImportVerbOptions::message>(),
         .default_text = "Imported from -"},
    Flag{.name = "platform",
         .value = "OS/ARCH",
         .help = "Say that the image is for this platform",
         .bind = bind<&ImportVerbOptions::platform>()},
};

constexpr std::array kExamples = {
    Example{.text = "A root filesystem as an image",
            .line = "corten import -c 'CMD [\"/bin/sh\"]' rootfs.tar.gz base:1"},
    Example{.text = "From a directory", .line = "tar -C rootfs -c . | corten import - base:1"},
};

constexpr std::array<std::string_view, 1> kAliases = {"image import"};

}  // namespace

constexpr Command kImportCommand{
    .path = "import",
    .aliases = kAliases,
    .summary = "Make an image of a root filesystem in a tar",
    .doc =
        "The tar, plain or compressed by gzip or zstd, becomes the one layer of the image, as it is. "
        "--change "
        "takes CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME and "
        "WORKDIR, "
        "as often as you like. Prints the image's ID.\n"
        "\n"
        "With SOURCE_DATE_EPOCH set, the image has that time and the same tar gives the same image.",
    .arguments = {.usage = "FILE|- [REPOSITORY[:TAG]]",
                  .min = 1,
                  .max = 2,
                  .bind = bind<&ImportVerbOptions::words>(),
                  .complete = Completion::file},
    .flags = kFlags,
    .examples = kExamples,
    .file_owners = FileOwners::many,
    .execute = execute<ImportVerbOptions, run_import>,
};

}  // namespace corten::cli
