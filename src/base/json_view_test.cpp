#include "base/json_view.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace corten {
namespace {

class JsonViewTest : public testing::Test {
 protected:
  const Json document_ = Json::parse(R"({
    "name": "x", "size": 12, "big": 18446744073709551615, "ratio": 0.5, "on": true, "nothing": null,
    "config": {"digest": 7}, "layers": [{"size": 1}, {"size": "two"}], "mixed": [{}, 3],
    "env": ["A=1"], "labels": {"k": "v"}, "ports": {"80/tcp": {}}, "badmap": {"k": 1}})");
  const JsonView view_ = JsonView::of_object(document_, "manifest").value();
};

TEST_F(JsonViewTest, ReadsTypedMembers) {
  EXPECT_EQ(view_.require_string("name").value(), "x");
  EXPECT_EQ(view_.require_int("size").value(), 12);
  EXPECT_EQ(view_.find_uint("big").value(), 18446744073709551615ULL);
  EXPECT_EQ(view_.find_double("ratio").value(), 0.5);
  EXPECT_EQ(view_.find_bool("on").value(), true);
  EXPECT_EQ(view_.find_strings("env").value(), std::vector<std::string>{"A=1"});
  EXPECT_EQ(view_.find_string_map("labels").value().at("k"), "v");
  EXPECT_EQ(view_.find_names("ports").value(), std::vector<std::string>{"80/tcp"});
}

TEST_F(JsonViewTest, AbsentAndNullAreTheSame) {
  for (const auto* name : {"nothing", "absent"}) {
    EXPECT_EQ(view_.find_string(name).value(), std::nullopt);
    EXPECT_TRUE(view_.find_strings(name).value().empty());
    EXPECT_FALSE(view_.has(name));
    EXPECT_FALSE(view_.require_int(name));
  }
  EXPECT_EQ(view_.require_string("absent").error().message(),
            "manifest.absent: is missing, expected a string");
}

TEST_F(JsonViewTest, WrongTypesNameThePathAndWhatWasFound) {
  EXPECT_EQ(view_.find_int("name").error().message(),
            "manifest.name: expected a whole number, found string \"x\"");
  EXPECT_EQ(view_.find_int("big").error().kind(), Errc::invalid_argument);
  EXPECT_EQ(view_.require_object("config").value().require_string("digest").error().message(),
            "manifest.config.digest: expected a string, found number 7");
  EXPECT_EQ(view_.require_objects("layers").value()[1].require_int("size").error().message(),
            "manifest.layers[1].size: expected a whole number, found string \"two\"");
  EXPECT_EQ(view_.find_objects("mixed").error().message(),
            "manifest.mixed[1]: expected an object, found number 3");
  EXPECT_EQ(view_.find_string_map("badmap").error().message(),
            "manifest.badmap.k: expected a string, found number 1");
}

TEST_F(JsonViewTest, OnlyObjectsHaveMembers) {
  const auto array = Json::array();
  EXPECT_EQ(JsonView::of_object(array, "index").error().message(),
            "index: expected an object, found an array");
}

TEST_F(JsonViewTest, UnknownMembersAreKept) {
  const auto labels = view_.require_object("config").value();
  EXPECT_TRUE(labels.unknown({"digest"}).empty());
  EXPECT_EQ(to_json_text(labels.unknown({}).get()), R"({"digest":7})");
}

TEST(JsonValue, CopiesAreDeepAndComparable) {
  const JsonValue one(Json::parse(R"({"a":1})"));
  JsonValue two = one;
  EXPECT_EQ(one, two);
  two = JsonValue(Json::parse(R"({"a":2})"));
  EXPECT_EQ(to_json_text(one.get()), R"({"a":1})");
  EXPECT_NE(one, JsonValue());
  EXPECT_TRUE(JsonValue().get().is_null());
}

}  // namespace
}  // namespace corten
