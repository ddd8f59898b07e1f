#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/strings.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/registry_flags.hpp"
#include "cli/exit_codes.hpp"
#include "cli/program.hpp"
#include "oci/media_type.hpp"
#include "registry/artifact.hpp"
#include "registry/client.hpp"

namespace corten::cli {
namespace {

constexpr std::string_view kDefaultFileType = "application/octet-stream";

struct AttachOptions {
  std::string type = std::string(registry::kUnknownArtifactType);
  std::vector<std::string> annotations;
  RegistryFlags registry;
  std::vector<std::string> words;  ///< The image, then the files.
};

Result<std::map<std::string, std::string>> parse_annotations(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> annotations;
  for (const auto& text : texts) {
    const auto parts = cut(text, '=');
    if (!parts || parts->before.empty()) {
      return fail(Errc::invalid_argument, "--annotation: expected KEY=VALUE, found '{}'", printable(text));
    }
    annotations.insert_or_assign(std::string(parts->before), std::string(parts->after));
  }
  return annotations;
}

// FILE or FILE:MEDIA/TYPE. A path may look like both: what exists as a whole is a path.
Result<registry::ArtifactFile> read_file_argument(const std::string& text) {
  auto whole = registry::read_artifact_file(text, kDefaultFileType);
  if (whole || whole.error().kind() != Errc::not_found) return whole;
  const auto parts = cut_last(text, ':');
  if (!parts || !oci::is_media_type(parts->after)) return whole;
  return registry::read_artifact_file(std::string(parts->before), parts->after);
}

Result<int> run_attach(const AttachOptions& options, Context& context) {
  const auto reference = TRY(oci::Reference::parse(options.words.front()));
  if (!oci::is_media_type(options.type)) {
    return fail(Errc::invalid_argument, "--type: expected a media type such as 'text/plain', found '{}'",
                printable(options.type));
  }
  registry::Artifact artifact{.type = options.type};
  artifact.annotations = TRY(parse_annotations(options.annotations));
  for (std::size_t i = 1; i < options.words.size(); ++i) {
    auto file = TRY(read_file_argument(options.words[i]));
    artifact.files.push_back(std::move(file));
  }

  const auto client = TRY(registry::Client::create(client_options(options.registry, reference)));
  const auto repository = TRY(client.open(reference));
  const auto version =
      reference.digest() ? reference.digest()->to_string() : reference.tag().value_or("latest");
  const auto subject = TRY_CTX(repository->resolve(version), "looking for '{}'", reference.familiar());
  const auto attached = TRY_CTX(registry::attach_artifact(*repository, subject, artifact),
                                "attaching to '{}'", reference.familiar());
  TRY(context.io().print(fmt::format("Attached to {}@{}\nDigest: {}\n", reference.familiar_name(),
                                     subject.digest.to_string(), attached.digest.to_string())));
  return kExitSuccess;
}

constexpr std::array kFlags = {
    Flag{.name = "annotation",
         .value = "KEY=VALUE",
         .help = "Add an annotation to the artifact (can be given several times)",
         .bind = bind<&AttachOptions::annotations>()},
    cert_dir_flag<&AttachOptions::registry>(),
    creds_flag<&AttachOptions::registry>(),
    tls_verify_flag<&AttachOptions::registry>(),
    Flag{.name = "type",
         .value = "MEDIA/TYPE",
         .help = "What the artifact is",
         .bind = bind<&AttachOptions::type>(),
         .default_text = registry::kUnknownArtifactType},
};

constexpr std::array kExamples = {
    Example{.text = "A list of what is in an image",
            .line = "corten artifact attach --type application/spdx+json registry.example.com/app:1 "
                    "sbom.json:application/spdx+json"},
};

}  // namespace

constexpr Command kArtifactAttachCommand{
    .path = "artifact attach",
    .summary = "Attach files to an image in a registry",
    .doc = R"(
Pushes the files as an artifact that refers to the image (OCI 1.1, "subject"), beside it in the same repository;
the image does not change. Of an image for several platforms the whole is meant. Works with registries that have
no referrers API: there the list of artifacts is kept under a tag, sha256-DIGEST.)",
    .arguments = {.usage = "IMAGE FILE[:MEDIA/TYPE]...",
                  .min = 2,
                  .max = kUnlimited,
                  .bind = bind<&AttachOptions::words>(),
                  .complete = Completion::file},
    .flags = kFlags,
    .examples = kExamples,
    .execute = execute<AttachOptions, run_attach>,
};

}  // namespace corten::cli
