#include "image/archive/load.hpp"

#include <array>
#include <map>
#include <stop_token>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/strings.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/archives.hpp"
#include "cli/exit_codes.hpp"
#include "cli/interrupt.hpp"
#include "cli/program.hpp"
#include "content/lease.hpp"
#include "image/image_store.hpp"
#include "sys/file_status.hpp"
#include "sys/stoppable_source.hpp"

namespace corten::cli {
namespace {

struct LoadVerbOptions {
  std::optional<std::string> input;
  std::optional<std::string> platform;
  bool quiet = false;
};

// Bytes of members as they come, layers as they are unpacked.
class Display {
 public:
  Display(const Context& context, bool quiet) : progress_(archive_progress(context, quiet)) {}

  void add_bytes(std::string_view member, std::uint64_t bytes) {
    auto& done = done_[std::string(member)];
    if (done == 0) progress_->add_item(member, {.phase = "Reading"});
    done += bytes;
    progress_->set_bytes(member, done);
  }

  void unpack(const oci::Descriptor& layer) {
    progress_->message(fmt::format("Unpacking layer {}", layer.digest.short_hex()));
  }

  void finish() {
    for (const auto& [member, bytes] : done_) progress_->finish_item(member, "Read");
    progress_->finish();
  }

 private:
  std::unique_ptr<term::Progress> progress_;
  std::map<std::string, std::uint64_t> done_;
};

Result<std::unique_ptr<image::ArchiveSource>> open_archive(const LoadVerbOptions& options, sys::UniqueFd file,
                                                           const image::ImageStore& store,
                                                           content::Lease& lease, Display& display,
                                                           const std::stop_token& stop) {
  const auto on_bytes = [&display](std::string_view member, std::uint64_t bytes) {
    display.add_bytes(member, bytes);
  };
  const auto status = TRY(sys::fstat(file));
  if (options.input && status.is_directory()) {
    return image::open_archive_directory(store.content(), lease, std::move(file), on_bytes, stop);
  }
  auto bytes = TRY(sys::StoppableSource::create(file, stop));
  if (!options.input) return image::read_archive(store.content(), lease, bytes, on_bytes);
  return TRY_CTX(image::read_archive(store.content(), lease, bytes, on_bytes), "loading '{}'",
                 *options.input);
}

Result<> print_loaded(const Io& io, const image::Loaded& loaded) {
  for (const auto& problem : loaded.problems) io.complain(fmt::format("WARNING: {}\n", printable(problem)));
  std::string text;
  for (const auto& image : loaded.images) {
    if (image.names.empty()) text += fmt::format("Loaded image ID: {}\n", image.image.id.to_string());
    for (const auto& name : image.names) text += fmt::format("Loaded image: {}\n", name.familiar());
  }
  return io.print(text);
}

Result<int> run_load(const LoadVerbOptions& options, Context& context) {
  const auto platform = TRY(read_platform(options.platform));
  if (!options.input && reads_from_terminal()) {
    return with_hint(fail(Errc::invalid_argument, "an archive is not read from a terminal"),
                     "use --input FILE, or redirect standard input");
  }
  auto file = TRY(open_archive_input(options.input));
  const auto interrupt = TRY(Interrupt::watch());
  auto root = TRY(context.root());
  const auto store = TRY(image::ImageStore::open(std::move(root)));
  auto lease = TRY(content::Lease::create(store->content(), content::Lease::AfterDeath::forget));
  Display display(context, options.quiet);
  const auto archive = TRY(open_archive(options, std::move(file), *store, lease, display, interrupt.token()));
  const image::LoadOptions load{
      .platform = platform,
      .on_layer = [&display](const oci::Descriptor& layer) { display.unpack(layer); },
      .stop = interrupt.token()};
  const auto loaded = TRY(image::load_images(*store, lease, *archive, load));
  display.finish();
  TRY(print_loaded(context.io(), loaded));
  return kExitSuccess;
}

constexpr std::array kFlags = {
    Flag{.name = "input",
         .letter = 'i',
         .value = "FILE",
         .help = "Read from a file or directory instead of standard input",
         .bind = bind<&LoadVerbOptions::input>(),
         .complete = Completion::file},
    Flag{.name = "platform",
         .value = "OS/ARCH",
         .help = "Load the image for this platform only",
         .bind = bind<&LoadVerbOptions::platform>()},
    Flag{.name = "quiet", .letter = 'q', .help = "Show no progress", .bind = bind<&LoadVerbOptions::quiet>()},
};

constexpr std::array kExamples = {
    Example{.text = "What docker, podman, skopeo or corten saved", .line = "corten load -i app.tar.gz"},
    Example{.text = "An OCI image layout in a directory", .line = "corten load -i ./layout"},
    Example{.text = "Without a file in between", .line = "docker save app:1 | corten load"},
};

constexpr std::array<std::string_view, 1> kAliases = {"image load"};

}  // namespace

constexpr Command kLoadCommand{
    .path = "load",
    .aliases = kAliases,
    .summary = "Take images from an archive",
    .doc =
        "Reads archives of Docker (old and new), OCI image layouts in a tar and OCI image layouts in a "
        "directory, plain or compressed by gzip or zstd; which one it is shows from the content. Images keep "
        "their names, IDs and, where the archive has manifests, their digests.\n"
        "\n"
        "Nothing is named before all layers are unpacked and compared with their digests.",
    .flags = kFlags,
    .examples = kExamples,
    .file_owners = FileOwners::many,
    .execute = execute<LoadVerbOptions, run_load>,
};

}  // namespace corten::cli
