#include "oci/runtime_spec/state.hpp"

#include <array>

#include "oci/json_fields.hpp"

namespace corten::oci {
namespace {

constexpr std::array<std::string_view, 5> kStatusNames{"creating", "created", "running", "stopped", "paused"};
static_assert(kStatusNames.size() == static_cast<std::size_t>(ContainerStatus::paused) + 1);

}  // namespace

std::span<const std::string_view> names_of(ContainerStatus) { return kStatusNames; }

void fields(auto& visit, Is<State> auto& state) {
  visit("ociVersion", state.oci_version, Presence::required);
  visit("id", state.id, Presence::required);
  visit("status", state.status, Presence::required);
  visit("pid", state.pid, Presence::always);
  visit("bundle", state.bundle, Presence::required);
  visit("annotations", state.annotations);
}

void fields(auto& visit, Is<ContainerProcessState> auto& process) {
  visit("ociVersion", process.oci_version, Presence::required);
  visit("fds", process.fds, Presence::always);
  visit("pid", process.pid, Presence::required);
  visit("metadata", process.metadata);
  visit("state", process.state, Presence::required);
}

Result<> read_json(const JsonView& view, State& out) { return read_fields(view, out); }
Result<> read_json(const JsonView& view, ContainerProcessState& out) { return read_fields(view, out); }
Json to_json(const State& state) { return write_fields(state); }
Json to_json(const ContainerProcessState& state) { return write_fields(state); }

Result<State> parse_state(std::string_view text) { return parse_fields<State>(text, "state"); }

}  // namespace corten::oci
