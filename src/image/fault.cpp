#include "image/fault.hpp"

namespace corten::image {

Fault fault_of(const Error& error) {
  if (error.kind() == Errc::not_found) return Fault::gone;
  if (error.kind() != Errc::data_loss) return Fault::unknown;
  return error.errnum() == 0 ? Fault::damaged : Fault::unreadable;
}

Result<> tell_blob_fault(const oci::Digest& digest, const Error& error, Inventory& inventory,
                         CheckReport& report) {
  const auto fault = fault_of(error);
  if (fault == Fault::gone) return {};
  if (fault == Fault::unknown) return std::unexpected(error.clone());
  const bool damaged = fault == Fault::damaged;
  inventory.damaged_blobs.insert(digest);
  report.problems.push_back({.kind = damaged ? Problem::Kind::damaged_blob : Problem::Kind::unreadable,
                             .what = error.message(),
                             .advice = damaged ? "run with --repair to remove it, then pull its image again"
                                               : std::string(kUnreadableAdvice),
                             .digest = digest});
  return {};
}

}  // namespace corten::image
