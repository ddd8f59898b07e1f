#include "oci/reference.hpp"

#include "base/strings.hpp"
#include "oci/reference_grammar.hpp"

namespace corten::oci {
namespace {

constexpr std::string_view kLegacyRegistry = "index.docker.io";
constexpr std::string_view kOfficialPrefix = "library/";
// Registry 253 and a port, repository 255, tag 128, digest 135: what is longer cannot be a reference.
constexpr std::size_t kMaxBytes = 1024;

std::unexpected<Error> refuse(std::string_view text, std::size_t position, std::string_view problem) {
  return fail(Errc::invalid_argument, "invalid reference '{}': position {}: {}", printable(text),
              position + 1, problem);
}

// The error of one part, its position counted in the whole text. `part` must point into `text`.
std::unexpected<Error> refuse_part(std::string_view text, std::string_view part, const GrammarError& error) {
  return refuse(text, static_cast<std::size_t>(part.data() - text.data()) + error.position, error.problem);
}

struct Parts {
  std::string_view name;
  std::optional<std::string_view> tag;
  std::optional<std::string_view> digest;
};

// A tag's colon is the last one after the last slash; a digest's at sign is the first one.
Parts split_reference(std::string_view text) {
  Parts parts;
  if (const auto at = cut(text, '@')) {
    parts.digest = at->after;
    text = at->before;
  }
  parts.name = text;
  const auto colon = text.rfind(':');
  const auto slash = text.rfind('/');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    parts.tag = text.substr(colon + 1);
    parts.name = text.substr(0, colon);
  }
  return parts;
}

struct Name {
  std::string_view registry;  // empty: the default one
  std::string_view repository;
};

// The first part is a registry if it could not be a user's name there: it has a dot or a port, or is
// localhost.
Name split_name(std::string_view name) {
  const auto first = cut(name, '/');
  if (first &&
      (first->before.find_first_of(".:[") != std::string_view::npos || first->before == "localhost")) {
    return {first->before, first->after};
  }
  return {{}, name};
}

std::unexpected<Error> refuse_capital(std::string_view text, std::string_view repository) {
  const auto start = static_cast<std::size_t>(repository.data() - text.data());
  std::size_t capital = 0;
  while (!has_capital(repository.substr(capital, 1))) ++capital;
  auto suggestion = std::string(text);
  suggestion.replace(start, repository.size(), to_lower(repository));
  return with_hint(refuse(text, start + capital,
                          fmt::format("expected lower-case letters in the repository, found '{}'",
                                      repository.substr(capital, 1))),
                   "did you mean '{}'?", printable(suggestion));
}

Result<> check_name(const Name& name, std::string_view text) {
  if (!name.registry.empty()) {
    if (const auto error = check_registry(name.registry)) return refuse_part(text, name.registry, *error);
  }
  if (has_capital(name.repository)) return refuse_capital(text, name.repository);
  if (const auto error = check_repository(name.repository)) return refuse_part(text, name.repository, *error);
  return {};
}

// Mistakes that deserve better than the position of the first odd character.
Result<> check_whole(std::string_view text) {
  if (text.empty()) return fail(Errc::invalid_argument, "invalid reference '': expected an image's name");
  if (text.size() > kMaxBytes) {
    return fail(Errc::invalid_argument, "invalid reference '{}...': {} bytes, at most {} can be one",
                printable(text.substr(0, 64)), text.size(), kMaxBytes);
  }
  if (const auto scheme = text.find("://"); scheme != std::string_view::npos) {
    return with_hint(refuse(text, scheme, "expected a name, found a URL"), "did you mean '{}'?",
                     printable(text.substr(scheme + 3)));
  }
  return {};
}

std::unexpected<Error> refuse_whole_id(std::string_view text) {
  return with_hint(fail(Errc::invalid_argument,
                        "invalid reference '{}': 64 hexadecimal digits are an image ID, not a name", text),
                   "to name the image by its ID write 'sha256:{}'", text);
}

}  // namespace

Result<Reference> Reference::parse(std::string_view text, ImpliedTag implied) {
  TRY(check_whole(text));
  const auto parts = split_reference(text);
  if (is_whole_id(text)) return refuse_whole_id(text);
  const auto name = split_name(parts.name);
  TRY(check_name(name, text));

  Reference reference(std::string(name.registry), std::string(name.repository));
  if (name.registry.empty() || name.registry == kLegacyRegistry) reference.registry_ = kDefaultRegistry;
  const bool official = reference.registry_ == kDefaultRegistry && !reference.repository_.contains('/');
  if (official) reference.repository_.insert(0, kOfficialPrefix);
  if (const auto error = check_repository(reference.repository_))
    return refuse_part(text, name.repository, *error);

  if (parts.tag) {
    if (const auto error = check_tag(*parts.tag)) return refuse_part(text, *parts.tag, *error);
    reference.tag_ = std::string(*parts.tag);
  }
  if (parts.digest) {
    reference.digest_ = TRY_CTX(Digest::parse(*parts.digest), "invalid reference '{}'", printable(text));
  }
  const bool unversioned = !reference.tag_ && !reference.digest_;
  if (unversioned && implied == ImpliedTag::latest) reference.tag_ = std::string(kDefaultTag);
  return reference;
}

std::string Reference::version() const {
  return (tag_ ? ":" + *tag_ : "") + (digest_ ? "@" + digest_->to_string() : "");
}

std::string Reference::name() const { return registry_ + "/" + repository_; }

std::string Reference::canonical() const { return name() + version(); }

std::string Reference::familiar_name() const {
  if (registry_ != kDefaultRegistry) return name();
  std::string_view path = repository_;
  const bool official =
      path.starts_with(kOfficialPrefix) && !path.substr(kOfficialPrefix.size()).contains('/');
  if (official) path.remove_prefix(kOfficialPrefix.size());
  // docker.io/a.b/c must keep its registry, or it would read as the registry a.b; so must 64 hexadecimal
  // digits.
  const bool ambiguous = !split_name(path).registry.empty() || is_whole_id(path);
  return ambiguous ? fmt::format("{}/{}", registry_, path) : std::string(path);
}

std::string Reference::familiar() const { return familiar_name() + version(); }

Result<Reference> Reference::with_tag(std::string_view tag) const {
  if (const auto error = check_tag(tag)) {
    return fail(Errc::invalid_argument, "invalid tag '{}': position {}: {}", printable(tag.substr(0, 150)),
                error->position + 1, error->problem);
  }
  auto tagged = without_version();
  tagged.tag_ = std::string(tag);
  return tagged;
}

Reference Reference::with_digest(const Digest& digest) const {
  auto pinned = *this;
  pinned.digest_ = digest;
  return pinned;
}

Reference Reference::without_version() const { return {registry_, repository_}; }

}  // namespace corten::oci

std::size_t std::hash<corten::oci::Reference>::operator()(
    const corten::oci::Reference& reference) const noexcept {
  return std::hash<std::string>()(reference.canonical());
}
