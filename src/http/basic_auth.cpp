#include "http/basic_auth.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "http/chars.hpp"
#include "http/percent.hpp"

namespace corten::http {

std::string to_base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto group = bytes.substr(i, 3);
    unsigned bits = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      bits = bits << 8U | (j < group.size() ? static_cast<unsigned char>(group[j]) : 0U);
    }
    text += kDigits[bits >> 18U];
    text += kDigits[bits >> 12U & 63U];
    text += group.size() > 1 ? kDigits[bits >> 6U & 63U] : '=';
    text += group.size() > 2 ? kDigits[bits & 63U] : '=';
  }
  return text;
}

Result<std::string> basic_authorization(std::string_view user, std::string_view password) {
  if (user.contains(':')) {
    return fail(Errc::invalid_argument, "user name '{}' must not contain ':'", printable(user));
  }
  if (std::ranges::any_of(user, is_control) || std::ranges::any_of(password, is_control)) {
    return fail(Errc::invalid_argument, "user name or password has a control character");
  }
  return "Basic " + to_base64(std::string(user) + ":" + std::string(password));
}

Result<std::string> basic_authorization_from_userinfo(std::string_view userinfo) {
  const auto parts = cut(userinfo, ':');
  const auto user = TRY(percent_decode(parts ? parts->before : userinfo));
  const auto password = TRY(percent_decode(parts ? parts->after : ""));
  return basic_authorization(user, password);
}

}  // namespace corten::http
