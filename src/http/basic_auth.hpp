#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace corten::http {

/// The value of an Authorization header, "Basic dXNlcjpwYXNz" (RFC 7617). invalid_argument if the user name
/// holds a ':' or either a control character; the message never shows the password.
Result<std::string> basic_authorization(std::string_view user, std::string_view password);

/// As above, from the user info of a URL ("user:password", percent-encoded).
Result<std::string> basic_authorization_from_userinfo(std::string_view userinfo);

/// Base 64 with padding (RFC 4648 section 4).
std::string to_base64(std::string_view bytes);

}  // namespace corten::http
