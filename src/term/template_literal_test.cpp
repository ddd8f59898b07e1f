#include "term/template_literal.hpp"

#include <rapidcheck.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "term/template_printf.hpp"
#include "term/template_value.hpp"

namespace corten::term::detail {
namespace {

TEST(Quote, ReadsBackWhatItWrites) {
  EXPECT_TRUE(rc::check("round trip", [](const std::string& text, bool ascii_only) {
    const auto quoted = quote(text, ascii_only);
    const auto back = unquote(std::string_view(quoted).substr(1, quoted.size() - 2), '"');
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == text);
  }));
}

TEST(Number, ReadsBackWhatPrintWrites) {
  EXPECT_TRUE(rc::check("integers", [](std::int64_t number) {
    RC_ASSERT(parse_number_literal(std::to_string(number))->get() == number);
  }));
  EXPECT_TRUE(rc::check("floats", [] {
    const auto number = *rc::gen::arbitrary<double>();
    const auto text = float_text(number);
    RC_PRE(text.find_first_of(".e") != std::string::npos);
    RC_ASSERT(parse_number_literal(text)->get().get<double>() == number);
  }));
}

TEST(Float, PrintsAnExponentAsGoDoes) {
  EXPECT_EQ(float_text(0), "0");
  EXPECT_EQ(float_text(123456), "123456");
  EXPECT_EQ(float_text(1234567), "1.234567e+06");
  EXPECT_EQ(float_text(0.0001), "0.0001");
  EXPECT_EQ(float_text(0.00001), "1e-05");
  EXPECT_EQ(float_text(-1.5), "-1.5");
  EXPECT_EQ(float_text(1e300), "1e+300");
}

// %d of a 64-bit number above the signed range, which no literal can write but a document can hold.
TEST(Printf, PrintsUnsignedNumbersOfADocument) {
  const Json big = 18446744073709551615ULL;
  const Json least = std::numeric_limits<std::int64_t>::min();
  const Value args[] = {{.json = &big}, {.json = &least}};
  EXPECT_EQ(format_printf("%d %x", args).value(), "18446744073709551615 -8000000000000000");
}

TEST(Printf, SurvivesEveryFormat) {
  EXPECT_TRUE(rc::check("no crash", [](const std::string& format) {
    const Json text = "a\xff";
    const Json number = -7;
    const Json list = Json::array({1, "x", nullptr, 1.5, true});
    const Value args[] = {{.json = &text}, {.json = &number}, {.json = &list}, {}};
    (void)format_printf("%" + format, args);
  }));
}

}  // namespace
}  // namespace corten::term::detail
