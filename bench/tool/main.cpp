// corten-bench WORK [ARG] FILE: one piece of the work as a process of its own, so that bench/run can
// measure it beside the command-line tools that do the same. Not installed and not part of the product.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/strings.hpp"
#include "codec/detect.hpp"
#include "codec/gzip_sink.hpp"
#include "codec/hashing_stream.hpp"
#include "codec/tar_reader.hpp"
#include "codec/tar_writer.hpp"
#include "codec/zstd_sink.hpp"
#include "oci/runtime_spec/seccomp.hpp"
#include "runtime/default_spec.hpp"
#include "seccomp/compile.hpp"
#include "seccomp/default_profile.hpp"
#include "snapshot/open.hpp"
#include "sys/capability_names.hpp"
#include "sys/fd_stream.hpp"
#include "sys/file.hpp"

namespace corten::bench {
namespace {

using Words = std::span<char* const>;
using In = SkippableSource;

unsigned cores() { return std::max(1U, std::thread::hardware_concurrency()); }

Result<> sha256(In& in, Sink& /*out*/, std::string_view /*argument*/) {
  codec::HashingSource hashing(in);
  TRY(codec::discard_rest(hashing));
  std::puts(codec::to_string(hashing.finish_hash()).c_str());
  return {};
}

Result<> decompress(In& in, Sink& out, std::string_view /*argument*/) {
  const auto plain = TRY(codec::open_decompressed(in));
  TRY(copy_stream(*plain.source, out));
  return {};
}

Result<> gzip(In& in, Sink& out, std::string_view level) {
  const auto number = TRY(parse_int64(level, "level"));
  const auto sink =
      TRY(codec::GzipSink::create(out, {.level = static_cast<int>(number), .threads = cores()}));
  TRY(copy_stream(in, *sink));
  return sink->finish();
}

Result<> zstd(In& in, Sink& out, std::string_view level) {
  const auto number = TRY(parse_int64(level, "level"));
  const auto sink =
      TRY(codec::ZstdSink::create(out, {.level = static_cast<int>(number), .workers = cores()}));
  TRY(copy_stream(in, *sink));
  return sink->finish();
}

Result<> tar_scan(In& in, Sink& /*out*/, std::string_view /*argument*/) {
  codec::TarReader reader(in);
  while (true) {
    const auto entry = TRY(reader.next());
    if (!entry) return {};
    std::puts(entry->name.c_str());
  }
}

Result<> tar_write(In& in, Sink& out, std::string_view /*argument*/) {
  codec::TarReader reader(in);
  codec::TarWriter writer(out);
  while (true) {
    const auto entry = TRY(reader.next());
    if (!entry) return writer.finish();
    TRY(writer.add(*entry, reader.body()));
  }
}

// What pulling a layer costs besides the network and its blob: both digests, inflating, and its files.
Result<> unpack(In& in, Sink& /*out*/, std::string_view directory) {
  const auto snapshots = TRY(snapshot::open_snapshotter(std::string(directory)));
  codec::HashingSource compressed(in);
  const auto plain = TRY(codec::open_decompressed(compressed));
  codec::HashingSource tar(*plain.source);
  auto writer = TRY(snapshots->begin_layer());
  TRY(writer->apply(tar));
  TRY(codec::discard_rest(compressed));
  const auto diff_id = TRY(oci::Digest::parse(codec::to_string(tar.finish_hash())));
  std::printf("%s %s\n", codec::to_string(compressed.finish_hash()).c_str(), diff_id.to_string().c_str());
  TRY(snapshots->commit(std::move(writer),
                        {.chain_id = diff_id, .diff_id = diff_id, .parent = std::nullopt}));
  return {};
}

oci::Seccomp default_seccomp() {
  const auto names = runtime::default_capabilities();
  const std::vector<std::string> list(names.begin(), names.end());
  return seccomp::default_profile("amd64", sys::read_capability_names(list).mask);
}

// "linux.seccomp" of a bundle, and the same compiled.
Result<> profile(In& /*in*/, Sink& out, std::string_view /*argument*/) {
  const auto text = to_json_text(oci::to_json(default_seccomp()));
  return out.write(as_bytes(text));
}

Result<> filter(In& /*in*/, Sink& out, std::string_view /*argument*/) {
  const auto compiled = TRY(seccomp::compile(default_seccomp()));
  return out.write(compiled.program);
}

struct Work {
  std::string_view name;
  std::size_t arguments;
  Result<> (*run)(In&, Sink&, std::string_view);
};

constexpr Work kWork[] = {
    {"sha256", 0, sha256}, {"decompress", 0, decompress}, {"gzip", 1, gzip},
    {"zstd", 1, zstd},     {"tar-scan", 0, tar_scan},     {"tar-write", 0, tar_write},
    {"unpack", 1, unpack}, {"profile", 0, profile},       {"filter", 0, filter},
};

Result<> run(Words words) {
  for (const auto& work : kWork) {
    if (words.size() != 3 + work.arguments || work.name != words[1]) continue;
    const auto file = TRY(sys::open(words.back(), O_RDONLY));
    sys::FileSource in(file);
    sys::FdSink out(sys::BorrowedFd(STDOUT_FILENO));
    return work.run(in, out, work.arguments > 0 ? words[2] : "");
  }
  return fail(Errc::invalid_argument,
              "use: corten-bench sha256|decompress|gzip LEVEL|zstd LEVEL|tar-scan|tar-write|unpack DIR FILE, "
              "or corten-bench profile|filter /dev/null");
}

}  // namespace
}  // namespace corten::bench

int main(int argc, char** argv) {
  const auto result = corten::bench::run({argv, static_cast<std::size_t>(argc)});
  if (result) return 0;
  std::fprintf(stderr, "corten-bench: %s\n", corten::printable(result.error().message()).c_str());
  return 1;
}
