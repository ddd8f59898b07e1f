#pragma once

#include <memory>
#include <vector>

#include "snapshot/layer_writer.hpp"
#include "snapshot/record.hpp"
#include "snapshot/snapshotter.hpp"
#include "snapshot/store_files.hpp"
#include "snapshot/whiteout.hpp"

namespace corten::snapshot {

/// What drivers that keep layers as directories have in common: all but the form of whiteouts and what an
/// active snapshot is made of.
class LayerStore : public Snapshotter {
 public:
  Result<std::unique_ptr<LayerWriter>> begin_layer() override;
  Result<LayerInfo> commit(std::unique_ptr<LayerWriter> writer, const LayerName& name) override;
  Result<std::optional<LayerInfo>> find(const oci::Digest& chain_id) const override;
  Result<std::vector<LayerInfo>> list() const override;
  Result<> remove(const oci::Digest& chain_id) override;
  Result<RootfsMount> prepare(std::string_view key, const std::optional<oci::Digest>& parent,
                              Access access) override;
  Result<RootfsMount> mount_of(std::string_view key) const override;
  Result<std::vector<ActiveInfo>> list_active() const override;
  Result<std::uint64_t> measure_active(std::string_view key) const override;
  Result<> remove_active(std::string_view key) override;
  Result<> verify(const oci::Digest& chain_id) const override;
  Result<Leftovers> measure_leftovers() const override;
  Result<Leftovers> remove_leftovers() override;
  Result<std::size_t> sweep() override;

 protected:
  using Chain = std::vector<LayerRecord>;  // the topmost first

  LayerStore(StoreFiles files, std::unique_ptr<WhiteoutForm> form)
      : files_(std::move(files)), form_(std::move(form)) {}

  const StoreFiles& files() const { return files_; }

  /// Whether layers get a short name in links/.
  virtual bool wants_links() const = 0;
  /// Fills the directory of a new active snapshot.
  virtual Result<> build_active(sys::BorrowedFd directory, const ActiveInfo& active,
                                const Chain& chain) const = 0;
  virtual Result<RootfsMount> mount_for(const ActiveInfo& active, const Chain& chain) const = 0;
  virtual Result<std::uint64_t> measure(sys::BorrowedFd directory, const ActiveInfo& active) const = 0;

  /// A bind mount of a directory of the store.
  Result<RootfsMount> bind_of(const std::string& path, Access access) const;

 private:
  Result<Chain> chain_of(const std::optional<oci::Digest>& parent) const;
  Result<> settle(DirectoryWriter& writer, const LayerName& name) const;
  Result<LayerRecord> write_record(DirectoryWriter& writer, const LayerName& name) const;
  Result<> publish(DirectoryWriter& writer, const LayerRecord& record) const;
  Result<> require_unused(const oci::Digest& chain_id) const;

  StoreFiles files_;
  std::unique_ptr<WhiteoutForm> form_;
};

}  // namespace corten::snapshot
