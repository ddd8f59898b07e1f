#include "image/history.hpp"

#include <algorithm>

#include "image/layer_sizes.hpp"

namespace corten::image {
namespace {

HistoryEntry entry_of(const oci::History& step) {
  return {.created = step.created, .created_by = step.created_by, .comment = step.comment};
}

}  // namespace

Result<std::vector<HistoryEntry>> image_history(ImageStore& store, const ImageRecord& image) {
  const auto documents = TRY(read_documents(store.content(), image.summary.manifest));
  const auto sizes = layer_sizes(documents.manifest.value(), image.summary.chain_ids, unpacked_sizes(store));
  std::vector<HistoryEntry> entries;
  std::size_t layer = 0;
  for (const auto& step : documents.config->history) {
    auto entry = entry_of(step);
    if (!step.empty_layer && layer < sizes.size()) entry.size_bytes = sizes[layer++];
    entries.push_back(std::move(entry));
  }
  // A history may be shorter than the layers, or missing (oci::find_history_problem).
  for (; layer < sizes.size(); ++layer) {
    entries.push_back({.created = documents.config->created, .size_bytes = sizes[layer]});
  }
  std::ranges::reverse(entries);
  if (!entries.empty()) entries.front().id = image.summary.id;
  return entries;
}

}  // namespace corten::image
