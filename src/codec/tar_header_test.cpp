#include "codec/tar_header.hpp"

#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace corten::codec::detail {
namespace {

using namespace std::string_view_literals;

std::int64_t number(std::string_view field) { return parse_tar_number(field, "n").value(); }

TEST(TarHeader, OctalNumbersStandBetweenSpacesAndNuls) {
  EXPECT_EQ(number("0000644\0"sv), 0644);
  EXPECT_EQ(number("   644 \0"sv), 0644);
  EXPECT_EQ(number("77777777"), 077777777) << "no terminator";
  EXPECT_EQ(number("12 345\0\0"sv), 012) << "what follows the terminator does not count";
  EXPECT_EQ(number("\0\0\0\0\0\0\0\0"sv), 0);
  EXPECT_EQ(number("        "), 0);
  EXPECT_FALSE(parse_tar_number("0x1", "n"));
  EXPECT_FALSE(parse_tar_number("-1", "n"));
  EXPECT_FALSE(parse_tar_number("8", "n"));
}

TEST(TarHeader, Base256NumbersAreTwosComplement) {
  EXPECT_EQ(number("\x80\0\0\0\0\0\1\0"sv), 256);
  EXPECT_EQ(number("\xff\xff\xff\xff\xff\xff\xff\xff"), -1);
  EXPECT_EQ(number("\xff\xff\xff\xff\x80\0\0\0\0\0\0\0"sv), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(number("\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff"sv), std::numeric_limits<std::int64_t>::max());
  EXPECT_FALSE(parse_tar_number("\x80\0\0\0\x80\0\0\0\0\0\0\0"sv, "n"));
  EXPECT_FALSE(parse_tar_number("\xff\xff\xff\xff\x7f\xff\xff\xff\xff\xff\xff\xff"sv, "n"));
}

TEST(TarHeader, NamesSplitWithoutLoss) {
  EXPECT_EQ(split_tar_name(std::string(100, 'a'))->prefix, "");
  EXPECT_FALSE(split_tar_name(std::string(101, 'a')));
  EXPECT_FALSE(split_tar_name("/" + std::string(100, 'a'))) << "an empty prefix means none";
  EXPECT_FALSE(split_tar_name("a/" + std::string(101, 'a')));
  EXPECT_FALSE(split_tar_name(std::string(156, 'a') + "/b"));
  EXPECT_EQ(split_tar_name(std::string(155, 'a') + "/b")->name, "b");
  EXPECT_FALSE(split_tar_name(std::string(100, 'a') + "/")) << "the final '/' belongs to the name";
  EXPECT_EQ(split_tar_name("a/" + std::string(99, 'b') + "/")->name, std::string(99, 'b') + "/");
}

RC_GTEST_PROP(TarHeader, SplitNamesJoinAgain, ()) {
  const auto name =
      *rc::gen::resize(300, rc::gen::container<std::string>(rc::gen::element('/', 'a', 'b', '.')));
  const auto split = split_tar_name(name);
  if (!split) return;
  RC_ASSERT(split->name.size() <= TarLayout::kName.length);
  RC_ASSERT(split->prefix.size() <= TarLayout::kPrefix.length);
  const auto joined =
      std::string(split->prefix) + (split->prefix.empty() ? "" : "/") + std::string(split->name);
  RC_ASSERT(joined == name);
}

TEST(TarHeader, WhatIsBuiltHasItsChecksum) {
  TarHeaderBuilder builder('0');
  builder.set_text(TarLayout::kName, "\xff\xfe");
  builder.set_octal(TarLayout::kSize, tar_octal_max(TarLayout::kSize));
  const TarHeaderView view(builder.finish());
  EXPECT_TRUE(view.verify_checksum());
  EXPECT_EQ(view.dialect(), TarDialect::ustar);
  EXPECT_EQ(view.size(TarLayout::kSize, "size").value(), 077777777777U);
  EXPECT_EQ(view.text(TarLayout::kName), "\xff\xfe");
}

}  // namespace
}  // namespace corten::codec::detail
