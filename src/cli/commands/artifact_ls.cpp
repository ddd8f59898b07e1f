#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/strings.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/registry_flags.hpp"
#include "cli/exit_codes.hpp"
#include "cli/program.hpp"
#include "registry/client.hpp"
#include "term/format.hpp"

namespace corten::cli {
namespace {

struct LsOptions {
  std::string type;
  std::string format;
  bool quiet = false;
  RegistryFlags registry;
  std::string image;
};

constexpr std::array kColumns = {
    term::Column{.header = "DIGEST", .field = "Digest"},
    term::Column{.header = "TYPE", .field = "ArtifactType"},
    term::Column{.header = "ANNOTATIONS", .field = "Annotations"},
    term::Column{.header = "MEDIA TYPE", .field = "MediaType", .shown = term::Column::Shown::on_request},
};

term::ListRow to_row(const oci::Descriptor& descriptor) {
  std::vector<std::string> annotations;
  annotations.reserve(descriptor.annotations.size());
  for (const auto& [key, value] : descriptor.annotations) {
    annotations.push_back(fmt::format("{}={}", key, value));
  }
  return {.texts = {
              {"Digest", descriptor.digest.to_string()},
              {"ArtifactType", descriptor.artifact_type},
              {"Annotations", join(annotations, ",")},
              {"MediaType", descriptor.media_type},
          }};
}

Result<int> run_ls(const LsOptions& options, Context& context) {
  const auto format = TRY(term::FormatSpec::parse(options.format));
  const auto reference = TRY(oci::Reference::parse(options.image));
  const auto client = TRY(registry::Client::create(client_options(options.registry, reference)));
  const auto repository = TRY(client.open(reference));
  auto subject = reference.digest();
  if (!subject) {
    const auto descriptor = TRY_CTX(repository->resolve(reference.tag().value_or("latest")),
                                    "looking for '{}'", reference.familiar());
    subject = descriptor.digest;
  }
  const auto artifacts = TRY(repository->list_referrers(*subject, options.type));
  std::vector<term::ListRow> rows;
  rows.reserve(artifacts.size());
  for (const auto& artifact : artifacts) rows.push_back(to_row(artifact));
  const auto& io = context.io();
  TRY(term::print_list(io.out, format,
                       {.columns = kColumns,
                        .quiet_field = options.quiet ? "Digest" : "",
                        .terminal_columns = io.terminal_columns},
                       rows));
  return kExitSuccess;
}

constexpr std::array kFlags = {
    cert_dir_flag<&LsOptions::registry>(),
    creds_flag<&LsOptions::registry>(),
    Flag{.name = "format",
         .value = "FORMAT",
         .help = "Print as table, json, or by a Go template",
         .bind = bind<&LsOptions::format>()},
    Flag{.name = "quiet", .letter = 'q', .help = "Print only digests", .bind = bind<&LsOptions::quiet>()},
    tls_verify_flag<&LsOptions::registry>(),
    Flag{.name = "type",
         .value = "MEDIA/TYPE",
         .help = "Only artifacts of this type",
         .bind = bind<&LsOptions::type>()},
};

constexpr std::array kExamples = {
    Example{.text = "Signatures made with cosign",
            .line = "corten artifact ls --type application/vnd.dev.cosign.artifact.sig.v1+json "
                    "registry.example.com/app:1"},
};

}  // namespace

constexpr Command kArtifactLsCommand{
    .path = "artifact ls",
    .summary = "List what is attached to an image in a registry",
    .doc = "Asks the registry which manifests have the image as their subject (OCI 1.1 referrers).",
    .arguments = {.usage = "IMAGE", .min = 1, .max = 1, .bind = bind<&LsOptions::image>()},
    .flags = kFlags,
    .examples = kExamples,
    .execute = execute<LsOptions, run_ls>,
};

}  // namespace corten::cli
