#include "registry/scope.hpp"

#include <fmt/format.h>

#include "base/strings.hpp"

namespace corten::registry {

void ScopeSet::add_repository(std::string_view repository, Rights rights) {
  auto& actions = actions_[fmt::format("repository:{}", repository)];
  actions.emplace("pull");
  if (rights == Rights::push) actions.emplace("push");
  if (rights == Rights::remove) actions.emplace("delete");
}

void ScopeSet::merge(std::string_view text) {
  for (const auto scope : split(text, ' ')) {
    if (scope.empty()) continue;
    // The name may hold colons (host:port/name): the actions stand behind the last one.
    const auto parts = cut_last(scope, ':');
    auto& actions = actions_[std::string(parts ? parts->before : scope)];
    if (!parts) continue;
    for (const auto action : split(parts->after, ',')) {
      if (!action.empty()) actions.emplace(action);
    }
  }
}

std::vector<std::string> ScopeSet::list() const {
  std::vector<std::string> scopes;
  for (const auto& [resource, actions] : actions_) {
    const std::vector<std::string> names(actions.begin(), actions.end());
    scopes.push_back(names.empty() ? resource : resource + ":" + join(names, ","));
  }
  return scopes;
}

std::string ScopeSet::to_string() const { return join(list(), " "); }

}  // namespace corten::registry
