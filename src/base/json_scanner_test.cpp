#include "base/json_scanner.hpp"

#include <map>
#include <string>

#include <gtest/gtest.h>

namespace corten {
namespace {

std::optional<std::map<std::string, std::int64_t>> scan_numbers(std::string_view text) {
  JsonScanner json(text);
  std::map<std::string, std::int64_t> numbers;
  const bool read = json.read_object([&](std::string_view name) {
    const auto number = json.read_number();
    return number && numbers.emplace(name, *number).second;
  });
  if (!read || !json.at_end()) return std::nullopt;
  return numbers;
}

std::optional<std::string_view> scan_string(std::string_view text) {
  JsonScanner json(text);
  const auto string = json.read_string();
  return json.at_end() ? string : std::nullopt;
}

TEST(JsonScanner, ReadsWhatIsPlain) {
  EXPECT_EQ(scan_numbers("{}")->size(), 0U);
  EXPECT_EQ(scan_numbers(" { \"a\" :\t1 ,\r\n\"b\":0}\n"),
            (std::map<std::string, std::int64_t>{{"a", 1}, {"b", 0}}));
  EXPECT_EQ(scan_numbers(R"({"a":999999999999999999})")->at("a"), 999'999'999'999'999'999);
  EXPECT_EQ(scan_string(R"("a b/c:~")"), "a b/c:~");
}

TEST(JsonScanner, GivesUpAtTheRest) {
  for (const auto* text :
       {"", "{", R"({"a"})", R"({"a":})", R"({"a":1)", R"({"a":1,})", R"({,})", R"({"a":1}})", R"({"a":-1})",
        R"({"a":01})", R"({"a":1.0})", R"({"a":1e3})", R"({"a":1000000000000000000})", R"({"a":"1"})",
        R"({"a":null})", R"({a:1})", R"({"a":1 "b":2})", R"({"a":1,"a":1})"}) {
    EXPECT_FALSE(scan_numbers(text)) << text;
  }
  for (const auto* text :
       {"", "\"", "\"a", "a\"", R"("\n")", R"("\"")", "\"\n\"", "\"\x7f\"", "\"\xc3\xa4\""}) {
    EXPECT_FALSE(scan_string(text)) << text;
  }
}

TEST(JsonScanner, CountsValues) {
  JsonScanner json(R"([1,"two",[],{"member":4}])");
  const auto read_member = [&](std::string_view) { return json.read_number().has_value(); };
  const auto none = [] { return false; };
  int element = 0;
  EXPECT_TRUE(json.read_array([&] {
    switch (element++) {
      case 0:
        return json.read_number() == 1;
      case 1:
        return json.read_string() == "two";
      case 2:
        return json.read_array(none);
      default:
        return json.read_object(read_member);
    }
  }));
  EXPECT_EQ(json.values(), 6U);
}

}  // namespace
}  // namespace corten
