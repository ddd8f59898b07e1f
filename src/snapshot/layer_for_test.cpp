#include "snapshot/layer_for_test.hpp"

#include <array>

namespace corten::snapshot::test {

LayerTar& LayerTar::add(codec::TarEntry entry, std::string body) {
  members_.push_back({.entry = std::move(entry), .body = std::move(body)});
  return *this;
}

LayerTar& LayerTar::file(std::string name, std::string body, std::uint32_t mode) {
  const auto size = body.size();
  return add({.name = std::move(name), .mode = mode, .size = size, .mtime = {.seconds = 1'000'000'000}},
             std::move(body));
}

LayerTar& LayerTar::directory(std::string name, std::uint32_t mode) {
  return add({.name = std::move(name),
              .type = codec::TarType::directory,
              .mode = mode,
              .mtime = {.seconds = 1'100'000'000}});
}

LayerTar& LayerTar::symlink(std::string name, std::string target) {
  return add({.name = std::move(name),
              .type = codec::TarType::symlink,
              .link_target = std::move(target),
              .mode = 0777,
              .mtime = {.seconds = 1'200'000'000}});
}

LayerTar& LayerTar::hard_link(std::string name, std::string target) {
  return add({.name = std::move(name),
              .type = codec::TarType::hard_link,
              .link_target = std::move(target),
              .mode = 0644});
}

std::string LayerTar::bytes() const {
  MemorySink sink(std::size_t{1} << 30U);
  codec::TarWriter writer(sink,
                          {.mtime = codec::TarMtime::nanoseconds, .sparse = codec::TarSparseForm::gnu_1_0});
  for (const auto& [entry, body] : members_) {
    MemorySource source(body);
    writer.add(entry, source).value();
  }
  writer.finish().value();
  return sink.take();
}

oci::Digest digest_number(std::uint64_t number) {
  std::array<std::uint8_t, 32> hash{};
  for (std::size_t i = 0; i < 8; ++i) hash[31 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return oci::Digest::from_sha256(hash);
}

Result<LayerInfo> add_layer(Snapshotter& snapshots, const LayerTar& tar, std::uint64_t number,
                            std::optional<std::uint64_t> parent) {
  const auto bytes = tar.bytes();
  MemorySource source(bytes);
  auto writer = TRY(snapshots.begin_layer());
  TRY(writer->apply(source));
  LayerName name{.chain_id = digest_number(number), .diff_id = digest_number(number + 1'000'000)};
  if (parent) name.parent = digest_number(*parent);
  return snapshots.commit(std::move(writer), name);
}

}  // namespace corten::snapshot::test
