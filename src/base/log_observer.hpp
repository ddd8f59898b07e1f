#pragma once

#include <functional>
#include <string_view>

#include "base/log.hpp"

namespace corten::log {

/// Gets every message that is written, besides standard error: for a file that somebody asked for. None at
/// first, and none after an empty one. Not while other threads log.
using Observer = std::function<void(Level, std::string_view)>;
void set_observer(Observer observer);

}  // namespace corten::log
