#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace corten::image {

/// Places that apt gets binary packages from: a line of sources.list or a stanza of a .sources file.
struct AptSource {
  std::vector<std::string> uris;
  std::vector<std::string> suites;
  std::vector<std::string> components{};  ///< Empty for a suite that is a path ("./").
  std::string signed_by{};                ///< Path or fingerprint; empty for the keys that apt trusts anyway.
  bool has_embedded_key = false;          ///< Signed-By is the key itself, not where it is.

  bool operator==(const AptSource&) const = default;
};

/// The one-line form, sources.list(5): "deb [option=value ...] URI SUITE [COMPONENT...]". Lines of sources
/// only (deb-src) are passed over. Errors say file and line.
Result<std::vector<AptSource>> parse_sources_list(std::string_view text, std::string_view file);

/// The deb822 form: stanzas of "Field: value". Those that are disabled or only have sources are passed over.
Result<std::vector<AptSource>> parse_deb822_sources(std::string_view text, std::string_view file);

/// Those of the directory `etc_apt`: sources.list and, by name, sources.list.d/*.list and *.sources. A file
/// that cannot be understood is an error, as for apt.
Result<std::vector<AptSource>> load_apt_sources(const std::string& etc_apt);

/// Lines for mmdebstrap from which `suite` can be installed: the archive itself, and its updates and security
/// updates ("bookworm-updates", "bookworm-security") where the host has them. Only what has the component
/// main counts: sources of other vendors use the suites' names too. not_found if there is none.
/// invalid_argument for an URI with a password: it would be readable in the image.
Result<std::vector<std::string>> choose_source_lines(const std::vector<AptSource>& sources,
                                                     std::string_view suite);

/// A scheme, ':' and something, in printable ASCII: what can stand in a line without being taken for options.
bool is_apt_uri(std::string_view text);

/// The URI of the first of these lines.
std::string_view uri_of_line(std::string_view line);

}  // namespace corten::image
