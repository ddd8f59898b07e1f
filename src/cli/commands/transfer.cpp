#include "cli/commands/transfer.hpp"

#include <unistd.h>

#include <utility>

#include "image/catalog.hpp"

namespace corten::cli {

Result<std::unique_ptr<Transfer>> Transfer::begin(const Context& context, const RegistryFlags& flags,
                                                  const oci::Reference& reference, bool quiet) {
  auto interrupt = TRY(Interrupt::watch());
  auto transfer = std::unique_ptr<Transfer>(new Transfer(std::move(interrupt)));
  transfer->progress_ =
      quiet ? term::create_silent_progress() : term::create_progress(context.globals.progress, STDERR_FILENO);
  auto root = TRY(context.root());
  transfer->store_ = TRY(image::ImageStore::open(std::move(root)));
  auto options = client_options(flags, reference);
  options.stop = transfer->interrupt_.token();
  options.on_retry = [progress = transfer->progress_.get()](const std::string& text) {
    progress->message(text);
  };
  transfer->client_ = TRY(registry::Client::create(std::move(options)));
  return transfer;
}

Result<std::optional<oci::Platform>> parse_platform_flag(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return TRY_CTX(oci::parse_platform(*text, image::this_platform()), "reading --platform");
}

Result<oci::Reference> parse_repository(const std::string& name) {
  auto reference = TRY(oci::Reference::parse(name, oci::ImpliedTag::none));
  if (!reference.tag() && !reference.digest()) return reference;
  return with_hint(fail(Errc::invalid_argument, "tag can't be used with --all-tags/-a: '{}'", name),
                   "give the repository alone: '{}'", reference.familiar_name());
}

Result<> check_content_trust(bool disabled) {
  if (disabled) return {};
  return with_hint(fail(Errc::unsupported,
                        "--disable-content-trust=false: signatures of Docker Content Trust "
                        "(Notary v1) are not checked"),
                   "pin the image by its digest: NAME@sha256:...");
}

}  // namespace corten::cli
