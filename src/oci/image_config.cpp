#include "oci/image_config.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "oci/json_fields.hpp"

namespace corten::oci {

void fields(auto& visit, Is<Healthcheck> auto& check) {
  visit("Test", check.test);
  visit("Interval", check.interval);
  visit("Timeout", check.timeout);
  visit("StartPeriod", check.start_period);
  visit("StartInterval", check.start_interval);
  visit("Retries", check.retries);
}

void fields(auto& visit, Is<ContainerConfig> auto& config) {
  visit("User", config.user);
  visit("ExposedPorts", config.exposed_ports);
  visit("Env", config.env);
  visit.string_or_list("Entrypoint", config.entrypoint);
  visit.string_or_list("Cmd", config.cmd);
  visit("Volumes", config.volumes);
  visit("WorkingDir", config.working_dir);
  visit("Labels", config.labels);
  visit("StopSignal", config.stop_signal);
  visit("StopTimeout", config.stop_timeout_seconds);
  visit("Healthcheck", config.healthcheck);
  visit("OnBuild", config.on_build);
  visit.string_or_list("Shell", config.shell);
  visit("ArgsEscaped", config.args_escaped);
}

void fields(auto& visit, Is<RootFs> auto& rootfs) {
  visit("type", rootfs.type, Presence::required);
  visit("diff_ids", rootfs.diff_ids, Presence::always);
}

void fields(auto& visit, Is<History> auto& entry) {
  visit("created", entry.created);
  visit("created_by", entry.created_by);
  visit("author", entry.author);
  visit("comment", entry.comment);
  visit("empty_layer", entry.empty_layer);
}

void fields(auto& visit, Is<ImageConfig> auto& config) {
  visit("created", config.created);
  visit("author", config.author);
  visit("architecture", config.architecture, Presence::always);
  visit("os", config.os, Presence::always);
  visit("variant", config.variant);
  visit("os.version", config.os_version);
  visit("os.features", config.os_features);
  visit("config", config.config);
  visit("rootfs", config.rootfs, Presence::required);
  visit("history", config.history);
}

Result<> read_json(const JsonView& view, RootFs& out) {
  TRY(check_count(view, "diff_ids", kMaxHistory));
  TRY(read_fields(view, out));
  if (out.type == "layers") return {};
  return view.fail_at("type", fmt::format("expected \"layers\", found \"{}\"",
                                          printable(std::string_view(out.type).substr(0, 80))));
}

Result<> read_json(const JsonView& view, ContainerConfig& out) { return read_fields(view, out); }

Result<> read_json(const JsonView& view, ImageConfig& out) {
  TRY(check_count(view, "history", kMaxHistory));
  return read_fields(view, out);
}

Json to_json(const ContainerConfig& config) { return write_fields(config); }
Json to_json(const ImageConfig& config) { return write_fields(config); }

Platform ImageConfig::platform() const {
  return {.os = os,
          .architecture = architecture,
          .variant = variant,
          .os_version = os_version,
          .os_features = os_features};
}

Result<ImageConfig> parse_image_config(std::string_view bytes) {
  return parse_fields<ImageConfig>(bytes, "image config", {.max_bytes = kMaxConfigBytes});
}

Result<Received<ImageConfig>> receive_image_config(std::string bytes) {
  auto config = TRY(parse_image_config(bytes));
  return Received<ImageConfig>(std::move(bytes), std::move(config));
}

Result<> validate_against_manifest(const ImageConfig& config, const Manifest& manifest) {
  const auto diff_ids = config.rootfs.diff_ids.size();
  if (diff_ids == manifest.layers.size()) return {};
  return fail(Errc::data_loss,
              "image config: the numbers of rootfs.diff_ids and of the manifest's layers differ: {} and {}",
              diff_ids, manifest.layers.size());
}

std::optional<std::string> find_history_problem(const ImageConfig& config) {
  const auto steps = std::ranges::count_if(config.history, [](const History& h) { return !h.empty_layer; });
  if (config.history.empty() || std::cmp_equal(steps, config.rootfs.diff_ids.size())) return std::nullopt;
  return fmt::format("the numbers of history steps with a layer and of layers differ: {} and {}", steps,
                     config.rootfs.diff_ids.size());
}

std::vector<Digest> chain_ids(const std::vector<Digest>& diff_ids,
                              const std::function<Digest(std::string_view)>& sha256) {
  std::vector<Digest> chain;
  chain.reserve(diff_ids.size());
  for (const auto& diff_id : diff_ids) {
    chain.push_back(chain.empty()
                        ? diff_id
                        : sha256(fmt::format("{} {}", chain.back().to_string(), diff_id.to_string())));
  }
  return chain;
}

}  // namespace corten::oci
