#include "image/archive/save.hpp"

#include <fcntl.h>

#include <array>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands/all.hpp"
#include "cli/commands/archives.hpp"
#include "cli/commands/registry_flags.hpp"
#include "cli/exit_codes.hpp"
#include "cli/interrupt.hpp"
#include "cli/program.hpp"
#include "content/lease.hpp"
#include "image/image_store.hpp"
#include "registry/client.hpp"
#include "sys/fd_stream.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"
#include "sys/temp.hpp"

namespace corten::image {

Result<> assign_value(ArchiveFormat& format, std::string_view text, std::string_view what) {
  format = TRY_CTX(parse_archive_format(text), "{}", what);
  return {};
}

}  // namespace corten::image

namespace corten::cli {
namespace {

struct SaveVerbOptions {
  std::vector<std::string> images;
  std::optional<std::string> output;
  image::ArchiveFormat format = image::ArchiveFormat::docker_archive;
  std::optional<std::string> platform;
  RegistryFlags registry;
};

struct Target {
  std::string directory;
  std::string name;
};

Result<Target> split_output(const std::string& path) {
  auto end = path.size();
  while (end > 1 && path[end - 1] == '/') --end;
  const auto trimmed = path.substr(0, end);
  const auto slash = trimmed.rfind('/');
  Target target{.directory = ".", .name = trimmed};
  if (slash != std::string::npos) {
    target = {.directory = slash == 0 ? "/" : trimmed.substr(0, slash), .name = trimmed.substr(slash + 1)};
  }
  if (target.name.empty() || target.name == "." || target.name == "..") {
    return fail(Errc::invalid_argument, "--output '{}' names no file", path);
  }
  return target;
}

// What shall be saved, and how to write it down.
class Saving {
 public:
  Saving(const image::ImageStore& store, const image::SavePlan& plan, const image::SaveOptions& options)
      : store_(store), plan_(plan), options_(options) {}

  Result<> to_stream(Sink& out) const {
    TRY(image::write_archive(store_.content(), plan_, options_, out));
    return {};
  }

  // Beside its place, so that a file of that name is whole or the one that was there before. The mode is
  // Docker's: an image may hold what is not everybody's.
  Result<> to_file(const std::string& path) const {
    const auto target = TRY(split_output(path));
    const auto directory = TRY(sys::open_directory(sys::BorrowedFd::cwd(), target.directory));
    const auto present = sys::fstatat(sys::BorrowedFd::cwd(), path, sys::Symlinks::follow);
    if (present && !present->is_regular()) return to_device(path);
    // What may not be written to is not replaced either.
    if (present) TRY_CTX(sys::open(path, O_WRONLY | O_NOCTTY), "opening '{}' for writing", path);
    if (!present && present.error().kind() != Errc::not_found) {
      return with_frame(present.error().clone(), "opening '{}' for writing", path);
    }
    auto file = TRY(sys::TempFile::create(directory, ".corten-save-"));
    sys::FdSink sink(file.fd());
    TRY_CTX(to_stream(sink), "writing '{}'", path);
    return std::move(file).persist(target.name, sys::RenameMode::replace);
  }

  Result<> to_directory(const std::string& path) const {
    const auto target = TRY(split_output(path));
    const auto parent = TRY(sys::open_directory(sys::BorrowedFd::cwd(), target.directory));
    auto directory = TRY(sys::TempDir::create(parent, ".corten-save-"));
    TRY_CTX(image::write_layout(store_.content(), plan_, options_, directory.fd()), "writing '{}'", path);
    TRY(sys::fchmod(directory.fd(), 0755));
    TRY_CTX(std::move(directory).persist(parent, target.name), "writing '{}'", path);
    return {};
  }

 private:
  // /dev/stdout, /dev/null, a FIFO (for whose reader this waits): what is there is written to, not replaced.
  Result<> to_device(const std::string& path) const {
    auto device = TRY(sys::open(path, O_WRONLY | O_NOCTTY));
    sys::FdSink sink(device);
    TRY_CTX(to_stream(sink), "writing '{}'", path);
    return device.close();
  }

  const image::ImageStore& store_;
  const image::SavePlan& plan_;
  const image::SaveOptions& options_;
};

// Most images need none: the client, with the files that it reads, is made when one does.
class Registries {
 public:
  Registries(const RegistryFlags& flags, std::stop_token stop) : flags_(flags), stop_(std::move(stop)) {}

  Result<std::unique_ptr<registry::Repository>> open(const oci::Reference& reference) {
    if (!client_) {
      auto options = client_options(flags_);
      options.stop = stop_;
      client_ = TRY(registry::Client::create(std::move(options)));
    }
    return client_->open(reference);
  }

 private:
  const RegistryFlags& flags_;
  std::stop_token stop_;
  std::optional<registry::Client> client_;
};

Result<> check_output(const SaveVerbOptions& options, const Context& context) {
  if (options.output) return {};
  if (options.format == image::ArchiveFormat::oci_dir) {
    return fail(Errc::invalid_argument, "the format oci-dir needs --output DIRECTORY");
  }
  if (context.io().terminal_columns == 0) return {};
  return with_hint(fail(Errc::invalid_argument, "an archive is not written to a terminal"),
                   "use --output FILE, or redirect standard output");
}

Result<int> run_save(const SaveVerbOptions& options, Context& context) {
  TRY(check_output(options, context));
  const auto platform = TRY(read_platform(options.platform));
  const auto interrupt = TRY(Interrupt::watch());
  auto root = TRY(context.root());
  const auto store = TRY(image::ImageStore::open(std::move(root)));
  Registries registries(options.registry, interrupt.token());

  const auto progress = archive_progress(context, false);
  std::uint64_t done = 0;
  const image::SaveOptions save{.format = options.format,
                                .platform = platform,
                                .on_bytes =
                                    [&](std::uint64_t bytes, std::uint64_t total) {
                                      done += bytes;
                                      progress->set_bytes("save", done, total);
                                    },
                                .open = [&](const auto& name) { return registries.open(name); },
                                .on_fetch = [&](const auto& text) { progress->message(text); },
                                .stop = interrupt.token()};
  auto lease = TRY(content::Lease::create(store->content(), content::Lease::AfterDeath::forget));
  const auto plan = TRY(image::plan_save(*store, lease, options.images, save));
  progress->add_item("save", {.label = "Saving", .total_bytes = plan.total_bytes, .phase = "Writing"});
  const Saving saving(*store, plan, save);
  if (!options.output) {
    TRY(saving.to_stream(context.io().out));
  } else if (options.format == image::ArchiveFormat::oci_dir) {
    TRY(saving.to_directory(*options.output));
  } else {
    TRY(saving.to_file(*options.output));
  }
  progress->finish_item("save");
  return kExitSuccess;
}

constexpr std::array<std::string_view, 3> kFormats = {"docker-archive", "oci-archive", "oci-dir"};

constexpr std::array kFlags = {
    cert_dir_flag<&SaveVerbOptions::registry>(),
    Flag{.name = "format",
         .value = "FORMAT",
         .help = "Form of the archive",
         .bind = bind<&SaveVerbOptions::format>(),
         .default_text = "docker-archive",
         .choices = kFormats},
    Flag{.name = "output",
         .letter = 'o',
         .value = "FILE",
         .help = "Write to a file (a directory for oci-dir) instead of standard output",
         .bind = bind<&SaveVerbOptions::output>(),
         .complete = Completion::file},
    Flag{.name = "platform",
         .value = "OS/ARCH",
         .help = "Save the image for this platform",
         .bind = bind<&SaveVerbOptions::platform>()},
    tls_verify_flag<&SaveVerbOptions::registry>(),
};

constexpr std::array kExamples = {
    Example{.text = "Into a file that docker, podman and skopeo read too",
            .line = "corten save -o debian.tar debian:bookworm"},
    Example{.text = "To another machine", .line = "corten save app:1 | ssh host corten load"},
    Example{.text = "Compressed", .line = "corten save app:1 | zstd > app.tar.zst"},
};

constexpr std::array<std::string_view, 1> kAliases = {"image save"};

}  // namespace

constexpr Command kSaveCommand{
    .path = "save",
    .aliases = kAliases,
    .summary = "Write images into an archive",
    .doc =
        "The default format is an OCI image layout in a tar that also has the manifest.json of Docker, so "
        "that "
        "every tool that reads either reads it. Layers are written as they are kept, and manifests keep "
        "their "
        "digests. The same images give the same bytes. Layers that 'system prune --blobs' removed are "
        "fetched "
        "again from where they came.\n"
        "\n"
        "An image that is named by a name keeps it in the archive; a repository without a tag means all its "
        "tags that are here. An image that is named by its ID has no name in the archive.",
    .arguments = {.usage = "IMAGE [IMAGE...]",
                  .min = 1,
                  .max = kUnlimited,
                  .bind = bind<&SaveVerbOptions::images>()},
    .flags = kFlags,
    .examples = kExamples,
    .execute = execute<SaveVerbOptions, run_save>,
};

}  // namespace corten::cli
