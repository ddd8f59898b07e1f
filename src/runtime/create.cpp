#include "runtime/create.hpp"

#include <utility>

#include "runtime/creation.hpp"

namespace corten::runtime {

Result<> create(const Settings& settings, const CreateOptions& options) {
  auto created = TRY(create_container(settings, options, Caller::leaves));
  // It lives on when we end.
  {
    const auto pidfd = std::move(created.process).detach();
  }
  return {};
}

}  // namespace corten::runtime
