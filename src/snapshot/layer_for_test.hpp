#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "codec/tar_entry.hpp"
#include "codec/tar_writer.hpp"
#include "oci/digest.hpp"
#include "snapshot/snapshotter.hpp"

/// Layers for tests: tars built entry by entry.
namespace corten::snapshot::test {

/// Builds the tar of one layer. Errors of the writer are bugs of the test and end it.
class LayerTar {
 public:
  LayerTar& add(codec::TarEntry entry, std::string body = {});
  LayerTar& file(std::string name, std::string body = {}, std::uint32_t mode = 0644);
  LayerTar& directory(std::string name, std::uint32_t mode = 0755);
  LayerTar& symlink(std::string name, std::string target);
  LayerTar& hard_link(std::string name, std::string target);
  LayerTar& whiteout(const std::string& name) { return file(name); }

  std::string bytes() const;

 private:
  struct Member {
    codec::TarEntry entry;
    std::string body;
  };
  std::vector<Member> members_;
};

/// A digest that stands for "the n-th".
oci::Digest digest_number(std::uint64_t number);

/// Unpacks and commits under a made-up name.
Result<LayerInfo> add_layer(Snapshotter& snapshots, const LayerTar& tar, std::uint64_t number,
                            std::optional<std::uint64_t> parent = std::nullopt);

}  // namespace corten::snapshot::test
