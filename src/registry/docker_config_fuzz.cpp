#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "registry/docker_config.hpp"

// What is accepted is written so that it is accepted again with the same text; credentials that are set are
// found.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using corten::registry::DockerConfig;
  auto config =
      DockerConfig::parse(std::string_view(reinterpret_cast<const char*>(data), size), "config.json");
  if (!config) return 0;
  const auto text = config->to_text();
  const auto again = DockerConfig::parse(text, "again");
  if (!again || again->to_text() != text) std::abort();
  for (const auto* registry : {"docker.io", "ghcr.io", "localhost:5000"}) {
    (void)config->find(registry);
    (void)config->helper_of(registry);
  }
  const corten::registry::Credentials credentials = {.username = "u", .password = "p"};
  if (!config->set("ghcr.io", credentials)) std::abort();
  const auto found = config->find("ghcr.io");
  if (!found || *found != credentials) std::abort();
  if (!config->erase("ghcr.io") || config->has("ghcr.io")) std::abort();
  return 0;
}
