#include <map>
#include <utility>

#include "base/strings.hpp"
#include "codec/detect.hpp"
#include "codec/tar_reader.hpp"
#include "image/archive/archive_source.hpp"
#include "image/archive/docker_manifest.hpp"
#include "image/archive/member_intake.hpp"

namespace corten::image {
namespace {

// Tells how much of a member has passed.
class CountedSource : public Source {
 public:
  CountedSource(Source& inner, std::string_view member, const OnArchiveBytes& on_bytes)
      : inner_(inner), member_(member), on_bytes_(on_bytes) {}

  Result<std::size_t> read(MutableBytes buffer) override {
    const auto count = TRY(inner_.read(buffer));
    if (count > 0 && on_bytes_) on_bytes_(member_, count);
    return count;
  }

 private:
  Source& inner_;
  std::string_view member_;
  const OnArchiveBytes& on_bytes_;
};

class TarArchive : public ArchiveSource {
 public:
  TarArchive(const content::Store& store, content::Lease& lease, const OnArchiveBytes& on_bytes)
      : store_(store), lease_(lease), on_bytes_(on_bytes) {}

  Result<> read_all(Source& tar) {
    const auto plain = TRY(open_plain(tar));
    codec::TarReader reader(*plain.source,
                            {.name_bytes = kMaxMemberNameBytes, .entries = kMaxArchiveEntries});
    while (true) {
      const auto entry = TRY(reader.next());
      if (!entry) break;
      TRY(take_entry(*entry, reader.body()));
    }
    // The rest too, so that whoever writes into our pipe does not get SIGPIPE, and damage of a compressed
    // stream's end is seen.
    TRY(reader.drain());
    return {};
  }

  Result<std::optional<std::string>> find_document(std::string_view name) override {
    const auto found = documents_.find(name);
    if (found == documents_.end()) return std::nullopt;
    return found->second;
  }

  // Old versions of Docker wrote a layer that two images share once and symlinks besides; a chain is never
  // longer than a few.
  Result<std::optional<ArchiveMember>> find_member(std::string_view name) override {
    constexpr int kMaxLinks = 16;
    std::string at(name);
    for (int links = 0; links < kMaxLinks; ++links) {
      if (const auto member = members_.find(at); member != members_.end()) return member->second;
      const auto link = links_.find(at);
      if (link == links_.end()) return std::nullopt;
      at = link->second;
    }
    return fail(Errc::invalid_argument, "member '{}' of the archive is a link to too many links",
                printable(name));
  }

 private:
  static Result<codec::Decompressed> open_plain(Source& tar) {
    auto plain = codec::open_decompressed(tar);
    if (plain || plain.error().kind() != Errc::unsupported) return plain;
    auto error = std::move(plain).error();
    error.set_hint("decompress it before: xz -dc FILE | corten load");
    return std::unexpected(std::move(error));
  }

  Result<> take_entry(const codec::TarEntry& entry, Source& body) {
    // "./" itself, as `tar -C dir -c .` writes it, is a directory like any other.
    if (entry.type == codec::TarType::directory) return {};
    const auto name = normalize_member_name(entry.name);
    if (!name) {
      return fail(Errc::invalid_argument, "the archive's member '{}' has a name that leads out of it",
                  printable(entry.name));
    }
    switch (entry.type) {
      case codec::TarType::regular:
        return take_file(*name, entry, body);
      case codec::TarType::symlink:
        return take_link(*name, resolve_member_link(*name, entry.link_target));
      case codec::TarType::hard_link:
        return take_link(*name, normalize_member_name(entry.link_target));
      default:
        return {};
    }
  }

  Result<> take_file(const std::string& name, const codec::TarEntry& entry, Source& body) {
    const auto cap = document_cap(name);
    if (!cap && !may_be_blob(name)) return {};
    if (entry.sparse) {
      // A few bytes could claim a hole of 2^63.
      return fail(Errc::unsupported, "the archive's member '{}' is stored as a sparse file", printable(name));
    }
    if (cap) return take_document(name, *cap, body);
    CountedSource counted(body, name, on_bytes_);
    const auto member = TRY(take_member(store_, lease_, name, counted));
    const auto [place, added] = members_.try_emplace(name, member);
    if (!added && place->second.digest != member.digest) return fail_twice(name);
    return {};
  }

  Result<> take_document(const std::string& name, std::size_t cap, Source& body) {
    MemorySink text(cap);
    TRY_CTX(copy_stream(body, text), "member '{}' of the archive", name);
    // Two readers could choose different ones.
    if (!documents_.try_emplace(name, text.take()).second) return fail_twice(name);
    return {};
  }

  Result<> take_link(const std::string& name, const std::optional<std::string>& target) {
    // What nobody asks for may point anywhere, as the repositories of old archives do.
    if (target) links_.insert_or_assign(name, *target);
    return {};
  }

  static std::unexpected<Error> fail_twice(std::string_view name) {
    return fail(Errc::invalid_argument, "the archive has two different members called '{}'", printable(name));
  }

  const content::Store& store_;
  content::Lease& lease_;
  OnArchiveBytes on_bytes_;
  std::map<std::string, std::string, std::less<>> documents_;
  std::map<std::string, ArchiveMember, std::less<>> members_;
  std::map<std::string, std::string, std::less<>> links_;
};

}  // namespace

Result<std::unique_ptr<ArchiveSource>> read_archive(const content::Store& store, content::Lease& lease,
                                                    Source& tar, const OnArchiveBytes& on_bytes) {
  auto archive = std::make_unique<TarArchive>(store, lease, on_bytes);
  TRY_CTX(archive->read_all(tar), "reading the archive");
  return archive;
}

}  // namespace corten::image
