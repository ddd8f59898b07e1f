#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "snapshot/drivers.hpp"
#include "snapshot/layout.hpp"
#include "snapshot/store.hpp"
#include "snapshot/tree.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"

namespace corten::snapshot {

namespace {

// A layer without content below a single one: overlay wants two directories when there is none to write to.
constexpr auto kEmptyDirectory = "empty";
// What is left of the page that mount(2) takes, for the options besides the lower directories.
constexpr std::size_t kOtherOptionBytes = 512;

std::string active_path(const ActiveInfo& active, const char* name) {
  return fmt::format("{}/{}/{}", kActiveDirectory, active.key, name);
}

class OverlayDriver : public LayerStore {
 public:
  OverlayDriver(StoreFiles files, OverlayAttributes attributes)
      : LayerStore(std::move(files), overlay_whiteouts(attributes)), attributes_(attributes) {}

  std::string_view driver() const override { return "overlay"; }

 protected:
  bool wants_links() const override { return true; }

  // The root of the merged view is that of the upper directory, so it must be like that of the top layer.
  Result<> build_active(sys::BorrowedFd directory, const ActiveInfo& active,
                        const Chain& chain) const override {
    const auto tree = TRY(make_tree(directory, kTreeDirectory));
    const auto work = TRY(make_tree(directory, kWorkDirectory));
    if (active.access == Access::read_only) TRY(sys::mkdirat(directory, kEmptyDirectory, 0755));
    if (chain.empty()) return {};
    const auto top = TRY(sys::openat(files().store(), layer_tree(chain.front().info.name.chain_id),
                                     O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    const auto status = TRY(sys::fstat(top));
    const auto attributes = TRY(read_attributes(top, "", status));
    AttributeSetter setter;
    TRY(setter.finish_name(tree, "", sys::FileType::directory, attributes, AttributeSetter::Made::before));
    return sys::futimens(tree, {.accessed = {}, .modified = attributes.mtime});
  }

  Result<RootfsMount> mount_for(const ActiveInfo& active, const Chain& chain) const override {
    const bool writable = active.access == Access::read_write;
    if (chain.empty()) return bind_of(active_path(active, kTreeDirectory), active.access);
    auto lower = TRY(lower_directories(chain));
    const bool single = lower.find(':') == std::string::npos;
    // Marks in a lone layer hide nothing, but a bind mount would show them.
    if (!writable && single && !chain.front().has_whiteouts) {
      return bind_of(layer_tree(chain.front().info.name.chain_id), active.access);
    }
    if (!writable && single) lower += ":../" + active_path(active, kEmptyDirectory);
    const auto store = TRY(files().path());
    RootfsMount mount{.type = "overlay", .source = "overlay"};
    mount.working_directory = store + "/" + kLinksDirectory;
    mount.options.push_back({.key = "lowerdir", .value = std::move(lower)});
    if (writable) {
      mount.options.push_back({.key = "upperdir", .value = "../" + active_path(active, kTreeDirectory)});
      mount.options.push_back({.key = "workdir", .value = "../" + active_path(active, kWorkDirectory)});
    }
    // What distributions may turn on by default and layers do without: an upper directory stays a plain
    // difference that can become a layer, and no attribute of a layer leads to another place.
    mount.options.push_back({.key = "index", .value = "off"});
    mount.options.push_back({.key = "metacopy", .value = "off"});
    if (attributes_ == OverlayAttributes::user) {
      mount.options.push_back({.key = "userxattr"});
    } else {
      mount.options.push_back({.key = "redirect_dir", .value = "nofollow"});
    }
    if (!writable) mount.attributes = MOUNT_ATTR_RDONLY;
    return mount;
  }

  Result<std::uint64_t> measure(sys::BorrowedFd directory, const ActiveInfo&) const override {
    const auto tree = TRY(sys::openat(directory, kTreeDirectory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    const auto size = TRY(measure_tree(tree));
    return size.size_bytes;
  }

 private:
  static Result<std::string> lower_directories(const Chain& chain) {
    std::string lower;
    for (const auto& layer : chain) {
      if (!lower.empty()) lower += ':';
      lower += layer.link;
      // The kernel does not look at this mark on the root of a layer.
      if (layer.hides_all) break;
    }
    const auto page_bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    if (lower.size() + kOtherOptionBytes > page_bytes) {
      return fail(Errc::unsupported, "{} layers are more than one mount takes (the names of {} fit)",
                  chain.size(), (page_bytes - kOtherOptionBytes) / (chain.front().link.size() + 1));
    }
    return lower;
  }

  OverlayAttributes attributes_;
};

}  // namespace

std::unique_ptr<Snapshotter> make_overlay_driver(StoreFiles files, OverlayAttributes attributes) {
  return std::make_unique<OverlayDriver>(std::move(files), attributes);
}

}  // namespace corten::snapshot
