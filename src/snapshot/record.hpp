#pragma once

#include <string>
#include <string_view>

#include "snapshot/snapshotter.hpp"

namespace corten::snapshot {

/// What is written down beside a committed layer's tree.
struct LayerRecord {
  LayerInfo info;
  std::string link = {};       ///< Its short name in links/; empty for drivers that need none.
  bool has_whiteouts = false;  ///< Something in it hides lower layers.
  bool hides_all = false;      ///< Nothing of the lower layers shows.
};

std::string to_json(const LayerRecord& record);
/// data_loss when it is not such a record.
Result<LayerRecord> parse_layer_record(std::string_view text);

std::string to_json(const ActiveInfo& active);
Result<ActiveInfo> parse_active_record(std::string_view text);

}  // namespace corten::snapshot
