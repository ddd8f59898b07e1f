#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "registry/location.hpp"
#include "registry/registries_config.hpp"

// Every endpoint of an accepted file can be asked: it has a host that is one and a repository.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace std::literals;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = corten::registry::RegistriesConfig::parse(text, "registries.conf");
  if (!config) return 0;
  for (const auto name : {"ubuntu"sv, "quay.io/team/app:1"sv, "localhost:5000/a/b/c"sv,
                          "a.b.example.com/x@sha256:"
                          "0000000000000000000000000000000000000000000000000000000000000000"sv}) {
    const auto reference = corten::oci::Reference::parse(name);
    if (!reference) std::abort();
    const auto endpoints = config->endpoints(*reference);
    if (!endpoints) continue;
    if (endpoints->empty() || endpoints->back().is_mirror) std::abort();
    for (const auto& endpoint : *endpoints) {
      const auto location = endpoint.host + "/" + endpoint.repository;
      const auto parsed = corten::registry::parse_location(location, corten::registry::Wildcard::refused);
      if (!parsed || *parsed != location) std::abort();
    }
  }
  return 0;
}
