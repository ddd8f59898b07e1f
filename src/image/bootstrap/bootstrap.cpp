#include "image/bootstrap/bootstrap.hpp"

#include <signal.h>

#include <chrono>
#include <map>
#include <stop_token>
#include <utility>

#include <fmt/format.h>

#include "base/env.hpp"
#include "base/strings.hpp"
#include "content/lease.hpp"
#include "image/bootstrap/apt_sources.hpp"
#include "image/bootstrap/release_file.hpp"
#include "image/bootstrap/rootfs_tar.hpp"
#include "oci/annotations.hpp"
#include "sys/pipe.hpp"
#include "sys/process.hpp"
#include "sys/stoppable_source.hpp"

namespace corten::image {
namespace {

// What mmdebstrap, apt and the packages' scripts see: little, so that the result does not depend on it.
// Proxies and the place of temporary files stay the user's.
std::vector<std::string> environment(Timestamp latest) {
  std::vector<std::string> env = {
      "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive",
      // mmdebstrap(1), shadow's last-changed dates, man-db: all files and dates get this time at the latest.
      fmt::format("SOURCE_DATE_EPOCH={}", latest.seconds)};
  for (const auto* const name : {"PATH", "HOME", "TMPDIR", "USER", "APT_CONFIG", "http_proxy", "https_proxy",
                                 "ftp_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"}) {
    if (const auto value = find_env(name)) env.push_back(fmt::format("{}={}", name, *value));
  }
  return env;
}

std::unexpected<Error> fail_missing() {
  return with_hint(fail(Errc::failed_precondition, "mmdebstrap, which makes base images, is not installed"),
                   "apt install mmdebstrap");
}

// Runs the program and takes the layer from its output. The program's own end counts first: an archive that
// is cut short is its consequence.
Result<LayerIntake> run(ImageStore& store, const BootstrapPlan& plan, Timestamp latest,
                        const std::stop_token& stop) {
  if (!sys::find_program(plan.command.front())) return fail_missing();
  auto pipe = TRY(sys::create_pipe());
  auto child = TRY(sys::spawn(
      {.argv = plan.command, .env = environment(latest), .standard_output = sys::BorrowedFd(pipe.writer)}));
  pipe.writer.reset();
  auto output = TRY(sys::StoppableSource::create(pipe.reader, stop));
  const auto rootfs = canonical_rootfs(output, latest);
  auto intake = LayerIntake::read(store, *rootfs);
  pipe.reader.reset();  // whoever still writes shall see that nobody reads
  if (stop.stop_requested()) {
    // It removes its temporary files; what does not end in time is killed when it is dropped.
    TRY(child.kill(SIGTERM));
    TRY(child.wait_for(std::chrono::seconds(10)));
    return fail(Errc::canceled, "canceled");
  }
  const auto status = TRY(child.wait());
  if (!status.success() && (intake || intake.error().kind() == Errc::data_loss)) {
    return fail(Errc::unavailable, "mmdebstrap failed with exit code {}", status.combined());
  }
  return intake;
}

oci::ImageConfig make_config(const BootstrapOptions& options, const BootstrapPlan& plan, Timestamp created) {
  auto command = fmt::format("corten image bootstrap {}:{} --variant {}", options.distribution, options.suite,
                             options.variant);
  if (!options.packages.empty()) command += " --include " + join(options.packages, ",");
  oci::ImageConfig config{.created = created,
                          .architecture = plan.platform.architecture,
                          .os = plan.platform.os,
                          .variant = plan.platform.variant};
  config.config.env = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
  config.config.cmd = std::vector<std::string>{"bash"};
  config.history.push_back({.created = created, .created_by = std::move(command)});
  return config;
}

}  // namespace

Result<BootstrappedImage> bootstrap_image(ImageStore& store, const BootstrapOptions& options,
                                          const BootstrapPlan& plan) {
  const auto created =
      TRY(fetch_release_date(uri_of_line(plan.sources.front()), options.suite, options.stop));
  auto lease = TRY(content::Lease::create(store.content(), content::Lease::AfterDeath::forget));
  auto intake = TRY(run(store, plan, created, options.stop));
  const auto layer = TRY(std::move(intake).commit(lease));
  const std::map<std::string, std::string> annotations = {
      {std::string(oci::annotation::kCreated), format_rfc3339(created)},
      {std::string(oci::annotation::kTitle), options.distribution},
      {std::string(oci::annotation::kVersion), options.suite}};
  auto image = TRY(store_image(store, lease, make_config(options, plan, created), {layer}, annotations));
  TRY(name_image(store, plan.name, image.manifest));
  return BootstrappedImage{.image = std::move(image), .mirror_state = created};
}

}  // namespace corten::image
