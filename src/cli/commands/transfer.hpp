#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "cli/commands/registry_flags.hpp"
#include "cli/interrupt.hpp"
#include "cli/program.hpp"
#include "image/image_store.hpp"
#include "oci/platform.hpp"
#include "oci/reference.hpp"
#include "registry/client.hpp"
#include "term/progress.hpp"

/// What `pull` and `push` have in common.
namespace corten::cli {

/// Everything a verb needs that moves images between the store and a registry. A signal asks it to stop.
class Transfer {
 public:
  /// `reference` says which registry --creds are for.
  static Result<std::unique_ptr<Transfer>> begin(const Context& context, const RegistryFlags& flags,
                                                 const oci::Reference& reference, bool quiet);

  image::ImageStore& store() { return *store_; }
  const registry::Client& client() const { return *client_; }
  term::Progress& progress() { return *progress_; }
  std::stop_token stop() const { return interrupt_.token(); }

 private:
  explicit Transfer(Interrupt interrupt) : interrupt_(std::move(interrupt)) {}

  Interrupt interrupt_;  // first: before any thread
  std::unique_ptr<term::Progress> progress_;
  std::unique_ptr<image::ImageStore> store_;
  std::optional<registry::Client> client_;
};

/// The value of --platform; parts that it leaves out are this machine's.
Result<std::optional<oci::Platform>> parse_platform_flag(const std::optional<std::string>& text);

/// The repository of `name` for --all-tags: a tag or digest in it is invalid_argument.
Result<oci::Reference> parse_repository(const std::string& name);

/// Docker's flag for signatures of Notary v1, which are gone: only "do not check" can be asked for.
Result<> check_content_trust(bool disabled);

}  // namespace corten::cli
