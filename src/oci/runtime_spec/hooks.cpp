#include "oci/runtime_spec/hooks.hpp"

#include "oci/json_fields.hpp"

namespace corten::oci {

void fields(auto& visit, Is<Hook> auto& hook) {
  visit("path", hook.path, Presence::required);
  visit("args", hook.args);
  visit("env", hook.env);
  visit("timeout", hook.timeout_seconds);
}

void fields(auto& visit, Is<Hooks> auto& hooks) {
  visit("prestart", hooks.prestart);
  visit("createRuntime", hooks.create_runtime);
  visit("createContainer", hooks.create_container);
  visit("startContainer", hooks.start_container);
  visit("poststart", hooks.poststart);
  visit("poststop", hooks.poststop);
}

// runtime-spec config.md, hooks: "timeout MUST be greater than zero". Found by ADL when Hooks is read.
Result<> read_json(const JsonView& view, Hook& out) {
  TRY(read_fields(view, out));
  if (out.timeout_seconds.value_or(1) <= 0) {
    return view.fail_at("timeout", fmt::format("{} is not greater than 0", *out.timeout_seconds));
  }
  return {};
}

Result<> read_json(const JsonView& view, Hooks& out) { return read_fields(view, out); }
Json to_json(const Hooks& hooks) { return write_fields(hooks); }

}  // namespace corten::oci
