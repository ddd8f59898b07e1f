#include "oci/runtime_spec/spec.hpp"

#include "base/strings.hpp"
#include "oci/json_fields.hpp"

namespace corten::oci {

void fields(auto& visit, Is<Spec> auto& spec) {
  visit("ociVersion", spec.oci_version, Presence::required);
  visit("process", spec.process);
  visit("root", spec.root);
  visit("hostname", spec.hostname);
  visit("domainname", spec.domainname);
  visit("mounts", spec.mounts);
  visit("hooks", spec.hooks);
  visit("annotations", spec.annotations);
  visit("linux", spec.linux_part);
}

// Semantic versions: what is new in a minor one can be ignored, which `extra` does.
Result<> read_json(const JsonView& view, Spec& out) {
  TRY(read_fields(view, out));
  if (out.oci_version.starts_with("1.")) return {};
  auto failure =
      view.fail_at("ociVersion", fmt::format("expected a version 1.x of the specification, found \"{}\"",
                                             printable(out.oci_version.substr(0, 40))));
  failure.error().set_kind(Errc::unsupported);
  return failure;
}

Json to_json(const Spec& spec) { return write_fields(spec); }

Result<Spec> parse_spec(std::string_view text) { return parse_fields<Spec>(text, "config.json"); }

Result<Process> parse_process(std::string_view text) { return parse_fields<Process>(text, "process"); }

Result<Resources> parse_resources(std::string_view text) {
  return parse_fields<Resources>(text, "resources");
}

}  // namespace corten::oci
