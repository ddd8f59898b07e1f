#include "image/pull_layers.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "image/commit_queue.hpp"
#include "image/parallel.hpp"

namespace corten::image {
namespace {

// An image may have one blob twice.
std::string item_id(const LayerJob& job, std::size_t position) {
  return fmt::format("{}#{}", job.layer.blob.digest.hex(), position);
}

struct Shared {
  const std::string& root;
  snapshot::Snapshotter& snapshots;
  registry::Repository& repository;
  std::span<const LayerJob> jobs;
  term::Progress& progress;
  CommitQueue& queue;
};

Result<> bring_layer(const Shared& shared, const content::Store& content, std::size_t position) {
  const auto& job = shared.jobs[position];
  if (job.unpacked) {
    shared.queue.give(position, nullptr);
    return {};
  }
  const auto id = item_id(job, position);
  const auto total = static_cast<std::uint64_t>(job.layer.blob.size_bytes);
  const LayerWorkshop workshop = {.content = content,
                                  .snapshots = shared.snapshots,
                                  .repository = shared.repository,
                                  .stop = shared.queue.stop_token()};
  const LayerEvents events = {
      .on_phase = [&](std::string_view phase) { shared.progress.set_phase(id, phase); },
      .on_bytes = [&](std::uint64_t done) { shared.progress.set_bytes(id, done, total); }};
  auto writer = TRY(fetch_layer(workshop, job.layer, events));
  if (writer != nullptr) shared.progress.set_phase(id, "Extracting");
  shared.queue.give(position, std::move(writer));
  return {};
}

void announce(const Shared& shared) {
  for (std::size_t i = 0; i < shared.jobs.size(); ++i) {
    const auto& job = shared.jobs[i];
    const auto id = item_id(job, i);
    shared.progress.add_item(id, {.label = layer_label(job.layer.blob.digest),
                                  .phase = job.unpacked ? "Already exists" : "Pulling fs layer"});
    if (job.unpacked) shared.progress.finish_item(id, "Already exists");
  }
}

}  // namespace

std::string layer_label(const oci::Digest& digest) { return digest.short_hex(); }

Result<> pull_layers(ImageStore& store, registry::Repository& repository, std::span<const LayerJob> jobs,
                     const PullLayersOptions& options) {
  std::vector<snapshot::LayerName> names;
  for (const auto& job : jobs) names.push_back(job.layer.name);
  auto* const snapshots = TRY(store.snapshots());
  CommitQueue queue(*snapshots, std::move(names), [&](std::size_t position) {
    options.progress.finish_item(item_id(jobs[position], position), "Pull complete");
  });
  const Shared shared = {.root = store.root(),
                         .snapshots = *snapshots,
                         .repository = repository,
                         .jobs = jobs,
                         .progress = options.progress,
                         .queue = queue};
  announce(shared);
  const auto missing = std::ranges::count_if(jobs, [](const LayerJob& job) { return !job.unpacked; });
  const auto hands =
      std::clamp<std::size_t>(static_cast<std::size_t>(missing), 1, std::max(options.max_parallel, 1U));
  // Each hand takes layers as long as there are any. A content::Store is used by one thread.
  const auto work = [&](std::size_t, const std::stop_token& stop) -> Result<> {
    const std::stop_callback forward(stop, [&] { queue.request_stop(); });
    const auto content = TRY(content::Store::open(store.root()));
    while (const auto position = queue.take()) TRY(bring_layer(shared, content, *position));
    return {};
  };
  auto done = run_parallel(hands, static_cast<unsigned>(hands), options.stop, work);
  if (!done && done.error().kind() != Errc::canceled) return done;
  // What was canceled may have been so because a commit failed.
  TRY(std::move(queue).result());
  return done;
}

}  // namespace corten::image
