#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace corten::registry {

/// What a request may do: the scope that tokens are asked for ("repository:library/ubuntu:pull").
enum class Rights : std::uint8_t { pull, push, remove };

/// What a token allows (distribution "Token Scope Documentation"): resources with their actions. Two sets
/// that allow the same have the same text, so that it can be a key.
class ScopeSet {
 public:
  /// push includes pull, since HEAD requests precede uploads.
  void add_repository(std::string_view repository, Rights rights);
  /// Adds the scopes of a challenge, separated by spaces: "repository:a/b:pull,push registry:catalog:*".
  void merge(std::string_view text);

  bool empty() const { return actions_.empty(); }
  /// "repository:a/b:pull,push", one for each resource.
  std::vector<std::string> list() const;
  /// All of them, separated by spaces.
  std::string to_string() const;

 private:
  std::map<std::string, std::set<std::string>> actions_;  // by "type:name"
};

}  // namespace corten::registry
