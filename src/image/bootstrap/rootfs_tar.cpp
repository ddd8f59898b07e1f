#include "image/bootstrap/rootfs_tar.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "codec/sticky_error.hpp"
#include "codec/tar_reader.hpp"
#include "codec/tar_writer.hpp"

namespace corten::image {
namespace {

// Without "./" before it; the root itself stays "./".
std::string relative_name(std::string_view name) {
  while (name.size() > 2 && name.starts_with("./")) name.remove_prefix(2);
  return std::string(name);
}

// Directories of which the directories stay, for the programs that use them, but no file: what is in them
// differs between two runs or is fetched again anyway.
constexpr std::array<std::string_view, 5> kWithoutFiles = {"var/log/", "var/cache/apt/", "var/lib/apt/lists/",
                                                           "run/", "tmp/"};
// What the host, the day of the installation or the order of unpacking put there.
constexpr std::array<std::string_view, 5> kLeftOut = {
    "etc/hostname", "etc/resolv.conf", "var/cache/debconf/config.dat-old",
    "var/cache/debconf/templates.dat-old", "var/cache/ldconfig/aux-cache"};

bool is_left_out(const codec::TarEntry& entry) {
  const std::string_view name = entry.name;
  // Every container gets its own /dev, and only root could unpack device nodes.
  if (name.starts_with("dev/") && name != "dev/") return true;
  if (std::ranges::find(kLeftOut, name) != kLeftOut.end()) return true;
  if (entry.type == codec::TarType::directory) return false;
  return std::ranges::any_of(kWithoutFiles, [name](auto directory) { return name.starts_with(directory); });
}

// Pulls from a reader and gives what a writer makes of it.
class CanonicalRootfs : public Source {
 public:
  CanonicalRootfs(Source& tar, Timestamp latest) : reader_(tar), latest_(latest), writer_(buffer_) {}

  Result<std::size_t> read(MutableBytes buffer) override {
    if (error_.failed()) return error_.repeat();
    return error_.keep(read_some(buffer));
  }

 private:
  // What the writer has given since it was emptied last.
  class Buffer : public Sink {
   public:
    Result<> write(Bytes bytes) override {
      bytes_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      return {};
    }
    Result<> finish() override { return {}; }

    bool empty() const { return taken_ == bytes_.size(); }
    std::size_t take(MutableBytes out) {
      const auto count = std::min(out.size(), bytes_.size() - taken_);
      std::copy_n(bytes_.data() + taken_, count, out.data());
      taken_ += count;
      if (empty()) {
        bytes_.clear();
        taken_ = 0;
      }
      return count;
    }

   private:
    std::string bytes_;
    std::size_t taken_ = 0;
  };

  Result<std::size_t> read_some(MutableBytes buffer) {
    while (buffer_.empty() && !finished_) TRY(step());
    return buffer_.take(buffer);
  }

  Result<> step() {
    if (!in_body_) return next_entry();
    const auto chunk = TRY(reader_.take_body_chunk());
    if (!chunk.empty()) return writer_.write(chunk);
    in_body_ = false;
    return writer_.end();
  }

  Result<> next_entry() {
    auto entry = TRY(reader_.next());
    if (!entry) {
      finished_ = true;
      TRY(reader_.drain());
      return writer_.finish();
    }
    entry->name = relative_name(entry->name);
    if (is_left_out(*entry)) return {};
    if (entry->type == codec::TarType::hard_link) entry->link_target = relative_name(entry->link_target);
    entry->mtime = std::min(entry->mtime, latest_);
    // Of a host with SELinux, and no part of the packages.
    entry->xattrs.erase("security.selinux");
    entry->pax_records.clear();
    if (entry->name == "etc/machine-id") entry->size = 0;
    TRY(writer_.begin(*entry));
    in_body_ = true;
    if (entry->name != "etc/machine-id") return {};
    in_body_ = false;
    return writer_.end();
  }

  codec::TarReader reader_;
  Timestamp latest_;
  Buffer buffer_;
  codec::TarWriter writer_;
  bool in_body_ = false;
  bool finished_ = false;
  codec::StickyError error_;
};

}  // namespace

std::unique_ptr<Source> canonical_rootfs(Source& tar, Timestamp latest) {
  return std::make_unique<CanonicalRootfs>(tar, latest);
}

}  // namespace corten::image
