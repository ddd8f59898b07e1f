#include "image/push_blobs.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "image/fetch_dropped.hpp"
#include "image/parallel.hpp"
#include "sys/fd_stream.hpp"
#include "sys/file.hpp"

namespace corten::image {
namespace {

// Each try of a mount is a round trip; the first repositories will do.
constexpr std::size_t kMaxMountSources = 4;
// zstd keeps four windows for each worker: more threads than this cost memory and win little.
constexpr unsigned kMaxCompressWorkers = 16;

// A stored blob from some place on, for an upload.
class BlobSource : public Source {
 public:
  BlobSource(sys::UniqueFd fd, std::stop_token stop) : fd_(std::move(fd)), stop_(std::move(stop)) {}

  Result<std::size_t> read(MutableBytes buffer) override {
    if (stop_.stop_requested()) return fail(Errc::canceled, "canceled");
    return sys::read_some(fd_, buffer);
  }

 private:
  sys::UniqueFd fd_;
  std::stop_token stop_;
};

// What the jobs of one push share. The lease is a single thread's, so it has a lock here.
class Pusher {
 public:
  explicit Pusher(const PushBlobsInput& input) : input_(input) {}

  Result<PushedBlob> push(const PushJob& job, const std::stop_token& stop);

 private:
  struct Task {
    const content::Store& content;
    const PushJob& job;
    const std::stop_token& stop;
    std::string id;
  };

  Result<std::optional<content::BlobInfo>> hold(const oci::Digest& digest);
  Result<BlobName> compress(const Task& task);
  Result<std::optional<BlobName>> reuse(const Task& task);
  Result<> ensure_here(const Task& task, const oci::Descriptor& blob);
  Result<> upload(const Task& task, const oci::Descriptor& blob);
  std::vector<std::string> mount_sources(const PushJob& job) const;

  void set_phase(const Task& task, std::string_view phase) {
    if (task.job.show) input_.options.progress.set_phase(task.id, phase);
  }
  void set_bytes(const Task& task, std::uint64_t done, std::int64_t total) {
    if (task.job.show) {
      input_.options.progress.set_bytes(task.id, done, static_cast<std::uint64_t>(total));
    }
  }

  const PushBlobsInput& input_;
  std::mutex lease_mutex_;
  std::mutex compress_mutex_;  // one layer at a time takes all processors
};

Result<std::optional<content::BlobInfo>> Pusher::hold(const oci::Digest& digest) {
  const std::lock_guard lock(lease_mutex_);
  return input_.lease.hold(digest);
}

// Here or at the registry: either spares compressing.
Result<std::optional<BlobName>> Pusher::reuse(const Task& task) {
  const auto& before = task.job.compressed_before;
  if (!before) return std::nullopt;
  const auto here = TRY(hold(before->digest));
  if (here) return before;
  const auto there = TRY(input_.repository.has_blob(before->digest));
  return there ? before : std::nullopt;
}

Result<BlobName> Pusher::compress(const Task& task) {
  const auto before = TRY(reuse(task));
  if (before) return *before;
  TRY(ensure_here(task, task.job.blob));
  const std::lock_guard one_at_a_time(compress_mutex_);
  set_phase(task, "Compressing");
  const CompressOptions options = {
      .compression = input_.options.compression,
      .level = input_.options.compression_level,
      .workers = std::clamp(std::thread::hardware_concurrency(), 1U, kMaxCompressWorkers)};
  while (true) {
    auto compressed =
        TRY(compress_blob(task.content, task.job.blob.digest, options, task.stop,
                          [&](std::uint64_t done) { set_bytes(task, done, task.job.blob.size_bytes); }));
    // Its digest was not known before, so gc may have come first.
    const auto here = TRY(hold(compressed.digest));
    if (here) return compressed;
  }
}

Result<> Pusher::ensure_here(const Task& task, const oci::Descriptor& blob) {
  const auto here = TRY(hold(blob.digest));
  if (here) return {};
  return fetch_dropped(
      task.content, blob, task.job.sources,
      {.open = input_.open, .stop = task.stop, .on_source = [&](const oci::Reference& source) {
         set_phase(task, fmt::format("Fetching from {}", source.familiar_name()));
       }});
}

std::vector<std::string> Pusher::mount_sources(const PushJob& job) const {
  std::vector<std::string> names;
  for (const auto& name : job.sources) {
    const auto source = oci::Reference::parse(name, oci::ImpliedTag::none);
    if (!source || source->registry() != input_.reference.registry()) continue;
    if (source->repository() == input_.reference.repository()) continue;
    if (names.size() < kMaxMountSources) names.push_back(source->repository());
  }
  return names;
}

Result<> Pusher::upload(const Task& task, const oci::Descriptor& blob) {
  const auto mounts = mount_sources(task.job);
  std::atomic<std::int64_t> moved{0};
  const auto open = [&](std::uint64_t offset) -> Result<std::unique_ptr<Source>> {
    TRY(ensure_here(task, blob));
    set_phase(task, "Pushing");
    auto fd = TRY(task.content.open_blob(blob.digest));
    TRY(sys::seek(fd, offset));
    return std::make_unique<BlobSource>(std::move(fd), task.stop);
  };
  const auto on_bytes = [&](std::int64_t more) {
    const auto now = std::max<std::int64_t>(moved += more, 0);
    set_bytes(task, static_cast<std::uint64_t>(now), blob.size_bytes);
  };
  const auto outcome =
      TRY(input_.repository.push_blob(blob, open, {.mount_from = mounts, .on_bytes = on_bytes}));
  if (!task.job.show) return {};
  std::string word = "Pushed";
  if (outcome == registry::PushOutcome::already_there) word = "Layer already exists";
  if (outcome == registry::PushOutcome::mounted) {
    word = mounts.size() == 1 ? "Mounted from " + mounts.front() : "Mounted";
  }
  input_.options.progress.finish_item(task.id, word);
  return {};
}

Result<PushedBlob> Pusher::push(const PushJob& job, const std::stop_token& stop) {
  // A content::Store is used by one thread.
  const auto content = TRY(content::Store::open(input_.store.root()));
  const Task task = {.content = content, .job = job, .stop = stop, .id = job.blob.digest.hex()};
  auto blob = job.blob;
  PushedBlob pushed;
  if (job.compress) {
    pushed.compressed = TRY(compress(task));
    blob.digest = pushed.compressed->digest;
    blob.size_bytes = static_cast<std::int64_t>(pushed.compressed->size_bytes);
  }
  TRY(upload(task, blob));
  return pushed;
}

}  // namespace

Result<std::vector<PushedBlob>> push_blobs(const PushBlobsInput& input, const std::vector<PushJob>& jobs) {
  for (const auto& job : jobs) {
    if (!job.show) continue;
    input.options.progress.add_item(job.blob.digest.hex(),
                                    {.label = job.blob.digest.short_hex(), .phase = "Preparing"});
  }
  std::vector<PushedBlob> pushed(jobs.size());
  Pusher pusher(input);
  TRY(run_parallel(jobs.size(), input.options.max_parallel, input.options.stop,
                   [&](std::size_t position, const std::stop_token& stop) -> Result<> {
                     const auto& job = jobs[position];
                     auto done = pusher.push(job, stop);
                     if (done) {
                       pushed[position] = *done;
                       return {};
                     }
                     if (done.error().kind() == Errc::canceled)
                       return std::unexpected(std::move(done).error());
                     return with_frame(std::move(done).error(), "pushing blob '{}'",
                                       job.blob.digest.to_string());
                   }));
  return pushed;
}

}  // namespace corten::image
