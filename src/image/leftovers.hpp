#pragma once

#include <string>
#include <vector>

#include "content/store.hpp"

namespace corten::image {

/// Files in the store's directory that an interrupted command was about to give a name, and that are older
/// than an hour: by then whoever made them has ended.
Result<std::vector<std::string>> find_leftover_files(const content::Store& store);

/// "1 file of an interrupted command", "2 files of interrupted commands"
std::string leftover_files_text(std::size_t count);

/// Removes them; how many.
Result<std::size_t> remove_leftover_files(const content::Store& store);

}  // namespace corten::image
