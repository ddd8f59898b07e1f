#pragma once

#include <functional>
#include <string>

#include "registry/session.hpp"

namespace corten::registry {

/// More pages than this are taken for a circle.
inline constexpr int kMaxPages = 1000;

/// What to do with one page, whose status is 200; `title` names it in errors.
using ReadPage = std::function<Result<>(Exchange& page, const std::string& title)>;

/// Fetches a list that comes in pages, following Link (distribution-spec "Listing Tags") within the
/// registry. False when the first answer is 404, so that the caller says what that means; later ones and
/// other statuses are errors.
Result<bool> read_pages(Session& session, Call call, const std::string& title, const ReadPage& read);

}  // namespace corten::registry
